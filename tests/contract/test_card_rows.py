"""Rows of cards, written through the gate: one that is late, one that is brought back, one that lost its marker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.arranged import Arranged
from tests.contract.posting import markers
from tests.contract.targets import Target
from tests.odoo_setup import Setting
from triage.odoo.card_rows import MODEL, CardRow
from triage.odoo.client import Odoo


@pytest.fixture
def admin(speaking_rpc: Target) -> Iterator[Odoo]:
    """An administrator of an Odoo in which cards are set up for the length of the test."""
    setting = Setting(lambda: Odoo(speaking_rpc.admin.transport, speaking_rpc.admin.server))
    setting.remove()
    setting.setup(["cards"])
    yield setting.connect()
    setting.remove()


def test_a_late_version_is_left_out_unless_a_backup_was_restored(
    speaking_rpc: Target, admin: Odoo, arranged: Arranged, marker: str
) -> None:
    order = arranged.order()

    def put(revision: int, name: str, **more: Any) -> tuple[str, Any]:
        """What the gate says, and what the row shows then."""
        values: dict[str, str | int | bool] = {"x_number": 9, "x_state": "open", "x_revision": revision, "x_name": name}
        row = CardRow(marker=f"{marker}.card", record=order, version=str(revision), values=values, **more)
        said = speaking_rpc.gate.put_card(row)
        return said, [row.text("x_name") for row in admin.search(MODEL, [("x_number", "=", 9)], ["x_name"])]

    assert put(2, "second") == ("posted", ["second"])
    assert put(1, "first") == ("kept", ["second"])
    assert put(2, "second again") == ("kept", ["second"])
    assert put(1, "restored", instead_of="2") == ("updated", ["restored"])
    assert put(2, "second") == ("updated", ["second"])


def test_a_row_without_its_marker_goes_and_the_card_gets_one_row(
    speaking_rpc: Target, admin: Odoo, arranged: Arranged, marker: str
) -> None:
    values: dict[str, str | int | bool] = {"x_number": 9, "x_state": "open", "x_revision": 1, "x_name": "first"}
    row = CardRow(marker=f"{marker}.card", record=arranged.order(), version="1", values=values)
    assert speaking_rpc.gate.put_card(row) == "posted"
    [(model, lost)] = markers(arranged, row.marker)
    assert model == MODEL
    left = admin.search("ir.model.data", [("name", "=", row.marker)], ["id"])
    admin.call("ir.model.data", "unlink", [each.id for each in left])

    assert row.marker not in {each.marker for each in speaking_rpc.gate.card_rows()}
    assert admin.count(MODEL, [("id", "=", lost)]) == 0

    assert speaking_rpc.gate.put_card(row) == "posted"
    assert [each.version for each in speaking_rpc.gate.card_rows() if each.marker == row.marker] == ["1"]
    assert admin.count(MODEL, []) == 1
