"""The database: connection, migrations, keys."""
