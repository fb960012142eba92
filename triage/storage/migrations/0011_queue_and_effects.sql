-- What queues filter and sort by, beside the cards: nothing here is sealed, and nothing here is proof; it can be made
-- anew from the cards. `named` is a keyed hash of what people call the record; `confidence` is in thousandths, none
-- where nothing was measured; `priority` in hundredths.
CREATE TABLE queue (
    card TEXT PRIMARY KEY REFERENCES cards (id),
    number INTEGER NOT NULL,
    company TEXT NOT NULL,
    category TEXT NOT NULL,
    severity TEXT NOT NULL,
    team TEXT NOT NULL,
    state TEXT NOT NULL,
    language TEXT NOT NULL,
    named TEXT NOT NULL,
    confidence INTEGER,
    priority INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    claimed_by TEXT,
    claimed_at TEXT,
    snoozed_until TEXT
);

CREATE INDEX queue_waiting ON queue (priority DESC, number) WHERE state IN ('open', 'awaiting_second');
CREATE INDEX queue_company ON queue (company, priority DESC, number) WHERE state IN ('open', 'awaiting_second');
CREATE INDEX queue_state ON queue (state, priority DESC, number);
CREATE INDEX queue_named ON queue (named);
CREATE INDEX queue_claimed ON queue (claimed_by, state);

INSERT INTO queue (card, number, company, category, severity, team, state, language, named, priority, created_at)
SELECT id, number, company, category, severity, team, state, 'und', '', 0, created_at FROM cards;

-- What a decision sets going, once its minute for undoing is over: done by a worker, once.
CREATE TABLE effects (
    id TEXT PRIMARY KEY,
    card TEXT NOT NULL REFERENCES cards (id),
    revision INTEGER NOT NULL,
    due_at TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    error TEXT,
    finished_at TEXT
);

CREATE INDEX effects_due ON effects (state, due_at);
CREATE INDEX effects_card ON effects (card);
