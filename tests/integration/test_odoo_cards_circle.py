"""The whole circle of a card in look-alikes of Odoo 18 and 19, with real service and worker; and a worker killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cards_circle import Circle, circle, walk
from tests.contract import targets
from tests.contract.mailed import delivered

pytestmark = pytest.mark.slow  # two processes for each


@pytest.fixture(params=["sandbox-18-jsonrpc", "sandbox-19-jsonrpc"])
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Circle]:
    """Once the test is over, all that was set up is taken away, and nothing else has changed."""
    with targets.opened(request.param) as target:
        with circle(target, tmp_path) as found:
            yield found
        assert found.left() == []


def test_from_a_mail_in_odoo_to_a_ticket_that_somebody_there_has_accepted(at: Circle) -> None:
    walk(at)
    assert at.target.sandbox is not None
    assert at.target.sandbox.mails == []
    assert (at.notified(), delivered(at.target, 0, at.customers)) == ([], [])


def test_a_worker_killed_between_decision_and_confirmation_leaves_one_decision_and_an_answer(at: Circle) -> None:
    sandbox = at.target.sandbox
    assert sandbox is not None
    process = at.start()
    card = at.card(at.complaint())
    at.row(card)
    died: list[bool] = []

    def strike() -> None:
        """Each time somebody runs an action: once the card is decided, the worker dies and its call with it."""
        if at.at.store.cards.get(card.id).decisions:
            died.append(True)
            process.kill()
            raise RuntimeError("the caller is gone")
        sandbox.faults.before("ir.actions.server", "run", strike)

    assert at.press("accept", card) == ""
    sandbox.faults.before("ir.actions.server", "run", strike)
    at.wait(lambda: bool(died), "the worker's death")
    assert at.row(card)["x_request"] == "accept"
    at.start("--slot", "another")
    row = at.settled(card, "accepted")
    assert len(at.at.store.cards.get(card.id).decisions) == 1
    assert row["x_refusal"] is False
