-- Dates that were promised, in the order in which they were first seen: Odoo keeps only the newest, and its own
-- deadlines drift. `record` is a keyed hash of the promising record; a date alone is not personal.
CREATE TABLE promises (
    company TEXT NOT NULL,
    record TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    promised_for TEXT NOT NULL,
    made_at TEXT NOT NULL,
    PRIMARY KEY (company, record, seq)
);

CREATE TRIGGER promises_no_update BEFORE UPDATE ON promises BEGIN
    SELECT RAISE(ABORT, 'a promise that was seen is never changed');
END;
CREATE TRIGGER promises_no_delete BEFORE DELETE ON promises BEGIN
    SELECT RAISE(ABORT, 'a promise that was seen is never deleted');
END;
