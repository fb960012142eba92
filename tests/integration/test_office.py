"""What jobs of an installation work with, while its Odoo does not answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from triage.cli.office import InstalledOffice
from triage.cli.wiring import open_store
from triage.errors import OdooUnavailable
from triage.settings import Settings


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and says nothing until it is closed."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server


def test_who_needs_no_odoo_does_not_wait_for_one_that_hangs(tmp_path: Path, silent: socket.socket) -> None:
    address = f"http://127.0.0.1:{silent.getsockname()[1]}"
    (tmp_path / "key").write_text("0" * 20)
    (tmp_path / "odoo.yaml").write_text(
        f"url: {address}\ndatabase: d\nlogin: u\nkey_file: {tmp_path / 'key'}\ntimeout_seconds: 60\n"
    )
    settings = Settings.of(tmp_path)
    with open_store(settings, create=True) as store:
        office, ended = InstalledOffice(settings, store, "embedded"), []

        def ask() -> None:
            try:
                office.source()
            except OdooUnavailable:
                ended.append("unavailable")

        asking = threading.Thread(target=ask)
        asking.start()
        silent.settimeout(30)
        call, _ = silent.accept()
        assert office.acting()["model"] == "embedded"
        assert office.policies().every()
        assert (ended, asking.is_alive()) == ([], True)
        call.close()
        silent.close()
        asking.join(60)
        assert ended == ["unavailable"]
