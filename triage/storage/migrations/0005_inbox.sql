-- The inbox: what came in at a door, kept before it is acknowledged. `id`, `record`, `key_case` and `event` are keyed
-- hashes; `sealed` is the arrival under the key of `key_case`, and goes once it is no longer needed. A row says where
-- its arrival stands: waiting, queued, working, done or dead.
CREATE TABLE inbox (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    door TEXT NOT NULL,
    company TEXT NOT NULL,
    record TEXT NOT NULL,
    carries INTEGER NOT NULL,
    key_case TEXT NOT NULL,
    sealed BLOB,
    received_at TEXT NOT NULL,
    since TEXT NOT NULL,
    due_at TEXT NOT NULL,
    state TEXT NOT NULL,
    run INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    waits INTEGER NOT NULL,
    worker TEXT,
    started_at TEXT,
    event TEXT,
    stream TEXT,
    outcome TEXT,
    outcome_seq INTEGER,
    carried_by TEXT,
    error TEXT,
    finished_at TEXT
);

CREATE INDEX inbox_due ON inbox (state, company, due_at);
CREATE INDEX inbox_record ON inbox (record, state);
CREATE INDEX inbox_started ON inbox (company, started_at);
CREATE INDEX inbox_finished ON inbox (finished_at);

-- One review of a record at a time, whoever works on it.
CREATE UNIQUE INDEX inbox_one_working ON inbox (record) WHERE state = 'working';

-- Who works, and when each was last heard of. `owner` is new with each start: two processes under one name notice.
CREATE TABLE workers (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    started_at TEXT NOT NULL,
    beat_at TEXT NOT NULL,
    jobs INTEGER NOT NULL,
    stopped_at TEXT
);
