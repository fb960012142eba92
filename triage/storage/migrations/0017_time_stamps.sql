-- What a time-stamping authority said of a checkpoint (RFC 3161): its answer as it came, over the checkpoint's hash.
CREATE TABLE checkpoint_stamps (
    number INTEGER PRIMARY KEY REFERENCES checkpoints (number),
    at TEXT NOT NULL,
    answer BLOB NOT NULL
);

CREATE TRIGGER checkpoint_stamps_no_update BEFORE UPDATE ON checkpoint_stamps BEGIN
    SELECT RAISE(ABORT, 'a time stamp is never changed');
END;
CREATE TRIGGER checkpoint_stamps_no_delete BEFORE DELETE ON checkpoint_stamps BEGIN
    SELECT RAISE(ABORT, 'a time stamp is never deleted');
END;

-- Where checkpoints were handed on to (`place` is a keyed hash: an address may hold a password), and whether with their
-- time stamp. No proof: only so that what did not arrive is offered again.
CREATE TABLE checkpoint_places (
    place TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES checkpoints (number),
    stamped INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (place, number)
);
