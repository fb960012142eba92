"""The journal: append-only, hash-chained per company, encrypted per case."""
