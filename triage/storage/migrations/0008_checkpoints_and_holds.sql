-- Signed statements of what the journal held. `frontiers` only saves work; all else stands in `body` and is signed.
CREATE TABLE checkpoints (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    at TEXT NOT NULL,
    body BLOB NOT NULL,
    signatures TEXT NOT NULL,
    frontiers TEXT NOT NULL
);

CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints BEGIN
    SELECT RAISE(ABORT, 'a checkpoint is never changed');
END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints BEGIN
    SELECT RAISE(ABORT, 'a checkpoint is never deleted');
END;

-- Cases of which nothing may be removed or erased. Who placed a hold, and why, stands in the journal.
CREATE TABLE holds (
    case_id TEXT PRIMARY KEY,
    company TEXT NOT NULL,
    at TEXT NOT NULL
);
