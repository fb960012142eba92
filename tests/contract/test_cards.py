"""The whole circle of a card on a real Odoo, with the real service over a real webhook. Skipped where none is named."""

from __future__ import annotations

from pathlib import Path

from tests.cards_circle import circle, walk
from tests.contract.mailed import delivered
from tests.contract.targets import Target
from triage.odoo.gate.inside import CARDS


def test_from_a_mail_in_odoo_to_a_ticket_that_somebody_there_has_accepted(real_rpc: Target, tmp_path: Path) -> None:
    before = len(real_rpc.mails()) if real_rpc.catcher is not None else 0
    with circle(real_rpc, tmp_path) as at:
        walk(at)
        assert at.notified() == []
        assert delivered(real_rpc, before, at.customers) == []
    assert at.left() == []
    for model in ("ir.model", "ir.model.data", "mail.message"):
        assert real_rpc.admin.count(model, [("model", "=", CARDS)]) == 0
