-- People who sign in to the review pages, and their sessions. `password` is an Argon2 hash; `subject` names somebody at
-- an OpenID provider. A session's `id` is the SHA-256 of the token in the cookie.
CREATE TABLE people (
    name TEXT PRIMARY KEY,
    password TEXT,
    subject TEXT UNIQUE,
    odoo_user INTEGER,
    duties TEXT NOT NULL,
    companies TEXT,
    language TEXT NOT NULL,
    created_at TEXT NOT NULL,
    disabled_at TEXT
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (name),
    how TEXT NOT NULL,
    form_token TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE INDEX sessions_person ON sessions (person);
