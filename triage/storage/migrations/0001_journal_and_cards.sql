-- The journal. One row a record, one chain a stream (company). `body` holds the canonical bytes exactly as hashed;
-- the other columns repeat what stands in it, for queries, and verification compares them. Nothing here is personal:
-- `event`, `case_id` and `once` are keyed hashes.
CREATE TABLE journal (
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    step TEXT,
    at TEXT NOT NULL,
    event TEXT,
    case_id TEXT NOT NULL,
    once TEXT,
    body BLOB NOT NULL,
    PRIMARY KEY (stream, seq),
    UNIQUE (stream, prev_hash)
);

-- A step of an event is recorded once: two processes that do the same step cannot both record it.
CREATE UNIQUE INDEX journal_once ON journal (once) WHERE once IS NOT NULL;
CREATE INDEX journal_event ON journal (event) WHERE event IS NOT NULL;
CREATE INDEX journal_case ON journal (case_id);

-- What a record says, sealed with the key of its case. The journal's body holds the digest of `sealed`.
CREATE TABLE payloads (
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (stream, seq),
    FOREIGN KEY (stream, seq) REFERENCES journal (stream, seq)
);

-- Leave to take a payload away (retention, erasure), given by a record of the chain. The envelope stays.
CREATE TABLE removals (
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    by_stream TEXT NOT NULL,
    by_seq INTEGER NOT NULL,
    PRIMARY KEY (stream, seq),
    FOREIGN KEY (stream, seq) REFERENCES journal (stream, seq),
    FOREIGN KEY (by_stream, by_seq) REFERENCES journal (stream, seq)
);

CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only: a record is never changed');
END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only: a record is never deleted');
END;
CREATE TRIGGER payloads_no_update BEFORE UPDATE ON payloads BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only: a payload is never changed');
END;
CREATE TRIGGER payloads_no_delete BEFORE DELETE ON payloads
WHEN NOT EXISTS (SELECT 1 FROM removals WHERE stream = OLD.stream AND seq = OLD.seq) BEGIN
    SELECT RAISE(ABORT, 'a payload is only deleted after a recorded removal');
END;
CREATE TRIGGER removals_need_a_reason BEFORE INSERT ON removals
WHEN NOT EXISTS (
    SELECT 1 FROM journal
    WHERE stream = NEW.by_stream AND seq = NEW.by_seq AND kind IN ('retention', 'erasure')
) BEGIN
    SELECT RAISE(ABORT, 'a removal names the record of kind retention or erasure that allows it');
END;
CREATE TRIGGER removals_no_update BEFORE UPDATE ON removals BEGIN
    SELECT RAISE(ABORT, 'a removal is never changed');
END;
CREATE TRIGGER removals_no_delete BEFORE DELETE ON removals BEGIN
    SELECT RAISE(ABORT, 'a removal is never taken back');
END;

-- Cards. Clear columns are what queues filter by; none is personal. `record` is a keyed hash of the record's key,
-- `sealed` the card itself under the key of the case its content came from, bound to the clear columns.
CREATE TABLE cards (
    id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    company TEXT NOT NULL,
    model TEXT NOT NULL,
    record TEXT NOT NULL,
    category TEXT NOT NULL,
    episode INTEGER NOT NULL,
    severity TEXT NOT NULL,
    state TEXT NOT NULL,
    team TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    case_id TEXT NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (company, record, category, episode)
);

CREATE UNIQUE INDEX cards_one_open ON cards (company, record, category) WHERE state IN ('open', 'awaiting_second');
CREATE INDEX cards_queue ON cards (state, number);
CREATE INDEX cards_case ON cards (case_id);

-- Which events a card was made and updated from (keyed hashes, as in the journal).
CREATE TABLE card_events (
    event TEXT NOT NULL,
    card TEXT NOT NULL REFERENCES cards (id),
    PRIMARY KEY (event, card)
);
CREATE INDEX card_events_card ON card_events (card);

-- Facts about the store itself: which key file it belongs to.
CREATE TABLE settings (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
