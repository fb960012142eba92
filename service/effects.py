"""What an accepted card leads to: the draft ticket, where the policy wants one on acceptance.

It is made after the decision was answered, and the decision stands whatever Odoo says. What could not be made, or was
cut off by the end of the process, `triage odoo post` makes.
"""

from __future__ import annotations

from typing import Any

from service.installation import Installation
from triage.cli.connected import connected
from triage.cli.posting import post_card
from triage.domain import Card, CardState, Policy, TicketsWhen
from triage.errors import TriageError
from triage.jobs.switching import Switch


def is_due(card: Card, policy: Policy) -> bool:
    """Whether this decision leads to anything in Odoo."""
    accepted = card.state in (CardState.ACCEPTED, CardState.EDITED)
    return accepted and policy.advice.tickets is TicketsWhen.ACCEPTED


def make_ticket(installation: Installation, card: Card, policy: Policy, log: Any) -> None:
    """Post the card's draft ticket where an Odoo is connected and nobody has switched off."""
    store = installation.opened().store
    try:
        if installation.connection() is None:
            return
        Switch(store.journal, installation.clock).check(card.key.company)
        with connected(installation.settings) as at:
            post = post_card(card, policy, at.publisher(policy), store)
        error: TriageError | None = post.error
    except TriageError as raised:
        error = raised
    if error is None:
        log.info("ticket", card=card.number)
    else:
        log.warning("ticket", card=card.number, error=type(error).__name__)
