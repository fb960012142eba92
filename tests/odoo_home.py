"""The part of an installation's folder that leads to an Odoo, for tests that have one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from triage.odoo.connection import Connection


def write_connection(home: Path, connection: Connection, key: str, **more: Any) -> None:
    """Name this Odoo in the folder, with the service user's key in a file that only its owner reads.

    `more` are entries of `odoo.yaml` beside those of the connection.
    """
    (home / "key").write_text(key)
    (home / "key").chmod(0o600)
    told = connection.with_(key_file=home / "key").model_dump(mode="json", exclude_defaults=True)
    (home / "odoo.yaml").write_text(yaml.safe_dump({**told, **more}))


def forget_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have an Odoo of their own in the environment: it is not the test's."""
    for variable in ("URL", "DATABASE", "LOGIN", "API", "KEY", "KEY_FILE", "ADMIN_KEY"):
        monkeypatch.delenv(f"TRIAGE_ODOO_{variable}", raising=False)
