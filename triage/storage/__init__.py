"""The database and the key file: where things are kept, and nothing about what they mean."""
