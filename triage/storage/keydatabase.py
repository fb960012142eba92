"""Keys in a PostgreSQL database or schema of their own, for a store that several machines use.

Deleting a key writes the table anew without its secret, so that none of the table's files holds it any longer. The
server's write-ahead log, its archive, standbys and backups of *this* database hold it until they are thrown away: keep
them no longer than an erasure may take, or keep the keys in a cluster of their own.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from typing_extensions import override

from triage.domain import utc
from triage.errors import StoreError
from triage.storage.keys import CaseKey, Kept, Keys
from triage.storage.postgres import PostgresDatabase

_NOW = """to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""
_LOCK = "keys"
_TABLES = (
    'CREATE TABLE key_secrets (name TEXT COLLATE "C" PRIMARY KEY, value BYTEA NOT NULL)',
    f"""CREATE TABLE case_keys (
        id BYTEA PRIMARY KEY,
        case_id TEXT COLLATE "C" NOT NULL,
        secret BYTEA,
        created_at TEXT COLLATE "C" NOT NULL DEFAULT {_NOW},
        deleted_at TEXT COLLATE "C"
    )""",
    "CREATE UNIQUE INDEX case_keys_live ON case_keys (case_id) WHERE secret IS NOT NULL",
)


class KeyDatabase(Keys):
    """Keys in tables apart from the store: in another database, or at least in another schema."""

    def __init__(self, url: str, create: bool = True) -> None:
        """Open the tables; they are made only with `create`.

        Raises `StoreError` where they are missing, the schema is the store's own, or the server cannot be reached.
        """
        self._database = PostgresDatabase.bare(url)
        self.name = self._database.name
        try:
            self._prepare(create)
        except BaseException:
            self.close()
            raise

    @override
    def close(self) -> None:
        self._database.close()

    @override
    def forget(self, *key_ids: bytes, at: datetime | None = None) -> int:
        there = "SELECT 1 FROM case_keys WHERE id = ? AND secret IS NOT NULL"
        if not any(self._database.query(there, (key_id,)) for key_id in key_ids):
            return 0
        with self._database.locked((_LOCK,)):
            self._database.execute("LOCK TABLE case_keys IN ACCESS EXCLUSIVE MODE")
            gone = sum(
                self._database.execute(
                    f"UPDATE case_keys SET secret = NULL, deleted_at = coalesce(CAST(? AS TEXT), {_NOW})"  # noqa: S608
                    " WHERE id = ? AND secret IS NOT NULL",
                    (None if at is None else utc(at), key_id),
                )
                for key_id in key_ids
            )
            # An update leaves the old bytes on their page; a new file does not have them.
            self._database.execute("CREATE TEMPORARY TABLE kept_keys ON COMMIT DROP AS SELECT * FROM case_keys")
            self._database.execute("TRUNCATE case_keys")
            self._database.execute("INSERT INTO case_keys SELECT * FROM kept_keys")
        return gone

    def _prepare(self, create: bool) -> None:
        if self._database.has_table("journal"):
            raise StoreError(
                f"{self.name}: the store lies in this schema, and keys must lie apart from it. Name another database "
                "in TRIAGE_KEYS, or another schema with `?options=-csearch_path%3DNAME`."
            )
        if not self._database.has_table("case_keys"):
            if not create:
                raise StoreError(
                    f"{self.name} holds no keys: restore them from your backup; without them nobody can read the "
                    "journal."
                )
            with self._database.locked((_LOCK,)):
                if not self._database.has_table("case_keys"):
                    for statement in _TABLES:
                        self._database.execute(statement)
                    self._database.execute("INSERT INTO key_secrets VALUES ('hash', ?)", (secrets.token_bytes(32),))
        self._hash_key = self._database.query("SELECT value FROM key_secrets WHERE name = 'hash'")[0][0]

    def _live(self, case: str) -> CaseKey | None:
        rows = self._database.query(
            "SELECT id, secret FROM case_keys WHERE case_id = ? AND secret IS NOT NULL", (case,)
        )
        return CaseKey(rows[0][0], rows[0][1]) if rows else None

    def _made(self, case: str) -> CaseKey:
        self._database.execute(
            "INSERT INTO case_keys (id, case_id, secret) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (secrets.token_bytes(8), case, secrets.token_bytes(32)),
        )
        return self.key(case)

    def _kept_of(self, key_ids: Sequence[bytes]) -> dict[bytes, Kept]:
        places = ", ".join("?" * len(key_ids))
        sql = f"SELECT id, case_id, secret, deleted_at FROM case_keys WHERE id IN ({places})"  # noqa: S608
        return {bytes(row[0]): (row[1], row[2], row[3]) for row in self._database.query(sql, key_ids)}
