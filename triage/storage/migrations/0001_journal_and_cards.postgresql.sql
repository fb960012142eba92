-- For triggers: stops what would change the past. The argument is what to say.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0];
END
$$;

-- The journal. One row a record, one chain a stream (company). `body` holds the canonical bytes exactly as hashed;
-- the other columns repeat what stands in it, for queries, and verification compares them. Nothing here is personal:
-- `event`, `case_id` and `once` are keyed hashes.
CREATE TABLE journal (
    stream TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL CHECK (seq > 0),
    prev_hash TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    step TEXT COLLATE "C",
    at TEXT COLLATE "C" NOT NULL,
    event TEXT COLLATE "C",
    case_id TEXT COLLATE "C" NOT NULL,
    once TEXT COLLATE "C",
    body BYTEA NOT NULL,
    PRIMARY KEY (stream, seq),
    UNIQUE (stream, prev_hash)
);

-- A step of an event is recorded once: two processes that do the same step cannot both record it.
CREATE UNIQUE INDEX journal_once ON journal (once) WHERE once IS NOT NULL;
CREATE INDEX journal_event ON journal (event) WHERE event IS NOT NULL;
CREATE INDEX journal_case ON journal (case_id);

-- What a record says, sealed with the key of its case. The journal's body holds the digest of `sealed`.
CREATE TABLE payloads (
    stream TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (stream, seq),
    FOREIGN KEY (stream, seq) REFERENCES journal (stream, seq)
);

-- Leave to take a payload away (retention, erasure), given by a record of the chain. The envelope stays.
CREATE TABLE removals (
    stream TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    by_stream TEXT COLLATE "C" NOT NULL,
    by_seq BIGINT NOT NULL,
    PRIMARY KEY (stream, seq),
    FOREIGN KEY (stream, seq) REFERENCES journal (stream, seq),
    FOREIGN KEY (by_stream, by_seq) REFERENCES journal (stream, seq)
);

CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal FOR EACH ROW EXECUTE FUNCTION refuse(
    'the journal is append-only: a record is never changed'
);
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal FOR EACH ROW EXECUTE FUNCTION refuse(
    'the journal is append-only: a record is never deleted'
);
CREATE TRIGGER payloads_no_update BEFORE UPDATE ON payloads FOR EACH ROW EXECUTE FUNCTION refuse(
    'the journal is append-only: a payload is never changed'
);
CREATE FUNCTION refuse_payload_without_removal() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM removals WHERE stream = OLD.stream AND seq = OLD.seq) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'a payload is only deleted after a recorded removal';
END
$$;
CREATE TRIGGER payloads_only_after_removal BEFORE DELETE ON payloads
FOR EACH ROW EXECUTE FUNCTION refuse_payload_without_removal();
CREATE FUNCTION refuse_removal_without_reason() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM journal
        WHERE stream = NEW.by_stream AND seq = NEW.by_seq AND kind IN ('retention', 'erasure')
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a removal names the record of kind retention or erasure that allows it';
END
$$;
CREATE TRIGGER removals_need_a_reason BEFORE INSERT ON removals
FOR EACH ROW EXECUTE FUNCTION refuse_removal_without_reason();
CREATE TRIGGER removals_no_update BEFORE UPDATE ON removals FOR EACH ROW EXECUTE FUNCTION refuse(
    'a removal is never changed'
);
CREATE TRIGGER removals_no_delete BEFORE DELETE ON removals FOR EACH ROW EXECUTE FUNCTION refuse(
    'a removal is never taken back'
);

-- Emptying a table goes past the triggers of its rows.
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION refuse(
    'the journal is append-only: it is never emptied'
);
CREATE TRIGGER payloads_no_truncate BEFORE TRUNCATE ON payloads FOR EACH STATEMENT EXECUTE FUNCTION refuse(
    'the journal is append-only: it is never emptied'
);
CREATE TRIGGER removals_no_truncate BEFORE TRUNCATE ON removals FOR EACH STATEMENT EXECUTE FUNCTION refuse(
    'the journal is append-only: it is never emptied'
);

-- Cards. Clear columns are what queues filter by; none is personal. `record` is a keyed hash of the record's key,
-- `sealed` the card itself under the key of the case its content came from, bound to the clear columns.
CREATE TABLE cards (
    id TEXT COLLATE "C" PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    company TEXT COLLATE "C" NOT NULL,
    model TEXT COLLATE "C" NOT NULL,
    record TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    episode BIGINT NOT NULL,
    severity TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    team TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    created_at TEXT COLLATE "C" NOT NULL,
    updated_at TEXT COLLATE "C" NOT NULL,
    case_id TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    UNIQUE (company, record, category, episode)
);

CREATE UNIQUE INDEX cards_one_open ON cards (company, record, category) WHERE state IN ('open', 'awaiting_second');
CREATE INDEX cards_queue ON cards (state, number);
CREATE INDEX cards_case ON cards (case_id);

-- Which events a card was made and updated from (keyed hashes, as in the journal).
CREATE TABLE card_events (
    event TEXT COLLATE "C" NOT NULL,
    card TEXT COLLATE "C" NOT NULL REFERENCES cards (id),
    PRIMARY KEY (event, card)
);
CREATE INDEX card_events_card ON card_events (card);

-- Facts about the store itself: which key file it belongs to.
CREATE TABLE settings (
    name TEXT COLLATE "C" PRIMARY KEY,
    value TEXT COLLATE "C" NOT NULL
);
