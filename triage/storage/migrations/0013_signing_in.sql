-- Sign-ins that have begun at an OpenID provider and are not over (`id` is the SHA-256 of the state), and the SHA-256 of
-- nonces from Odoo that were used. Both are kept until they would be refused for their age anyway.
CREATE TABLE sign_ins (
    id TEXT PRIMARY KEY,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    back TEXT NOT NULL,
    expires_at TEXT NOT NULL
);

CREATE TABLE used_nonces (
    id TEXT PRIMARY KEY,
    expires_at TEXT NOT NULL
);
