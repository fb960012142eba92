-- Keys of programs that use the API. The key itself is nowhere: `hash` is a keyed hash of it, under the hash key of
-- the key file. `id` is the first part of the key, by which people and requests name it.
CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    person TEXT,
    scopes TEXT NOT NULL,
    companies TEXT,
    rate TEXT,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    replaced_by TEXT,
    last_used_at TEXT
);

CREATE INDEX api_keys_name ON api_keys (name);
