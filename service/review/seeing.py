"""What somebody may see: their companies' cards of records that Odoo lets them read, less what is confidential."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from service.installation import Installation
from triage.domain import Card, Duty, Fact, FactEvidence, Person, RecordRef
from triage.errors import OdooError, TriageError

if TYPE_CHECKING:
    from triage.odoo.client import Odoo
    from triage.odoo.gate.client import Gate

_KEPT_SECONDS = 60.0
_MOST_KEPT = 20_000


class Sight:
    """Asks Odoo through the gate whether a user may read a record, and remembers the answer for a minute.

    Somebody without a user in Odoo sees the cards of their companies; confidential facts then are for leads and
    auditors. Where Odoo cannot be asked, nothing is shown to those whom it would have to be asked about.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._lock = threading.Lock()
        self._known: dict[tuple[int, str], tuple[float, bool]] = {}
        self._gate: Gate | None = None
        self._odoo: Odoo | None = None

    def close(self) -> None:
        """Close the connection to Odoo, where there is one."""
        if self._odoo is not None:
            self._odoo.close()

    def visible(self, person: Person, cards: Sequence[Card]) -> list[Card]:
        """Those of the cards that the person may see, in order."""
        mine = [card for card in cards if person.sees(card.key.company)]
        if person.odoo_user is None or person.has(Duty.AUDITOR):
            return mine
        allowed = self._asked(person.odoo_user, [card.proposal.record for card in mine])
        return [card for card in mine if card.proposal.record.id is None or card.proposal.record.key in allowed]

    def records(self, person: Person, records: Sequence[tuple[str, RecordRef]]) -> list[bool]:
        """Of each record with its company, whether the person may see it."""
        mine = [record for company, record in records if person.sees(company)]
        if person.odoo_user is None or person.has(Duty.AUDITOR):
            return [person.sees(company) for company, _ in records]
        allowed = self._asked(person.odoo_user, mine)
        return [person.sees(company) and (record.id is None or record.key in allowed) for company, record in records]

    def may_see(self, person: Person, card: Card) -> bool:
        """Whether the person may see this card."""
        return bool(self.visible(person, [card]))

    def may_see_confidential(self, person: Person) -> bool:
        """Whether facts that not every reader of a record may see are for this person."""
        return person.has(Duty.LEAD, Duty.AUDITOR)

    def facts(self, person: Person, card: Card) -> tuple[list[Fact], int]:
        """The card's facts that the person may see, and how many others there are."""
        all_facts = card.proposal.facts
        if self.may_see_confidential(person):
            return list(all_facts), 0
        shown = [fact for fact in all_facts if not fact.confidential]
        return shown, len(all_facts) - len(shown)

    def may_see_evidence(self, person: Person, evidence: object) -> bool:
        """Whether a piece of evidence is for this person."""
        confidential = isinstance(evidence, FactEvidence) and evidence.confidential
        return not confidential or self.may_see_confidential(person)

    def _asked(self, user: int, records: Sequence[RecordRef]) -> set[str]:
        now = time.monotonic()
        refs = {record.key: record for record in records if record.id is not None}
        with self._lock:
            known = {key: self._known.get((user, key)) for key in refs}
        fresh = {key: found[1] for key, found in known.items() if found is not None and now - found[0] < _KEPT_SECONDS}
        unknown = [ref for key, ref in refs.items() if key not in fresh]
        if unknown:
            answers = self._ask(user, unknown)
            fresh |= {ref.key: answer for ref, answer in zip(unknown, answers, strict=True)}
            with self._lock:
                if len(self._known) > _MOST_KEPT:
                    self._known.clear()
                self._known |= {(user, ref.key): (now, fresh[ref.key]) for ref in unknown}
        return {key for key, answer in fresh.items() if answer}

    def _ask(self, user: int, refs: list[RecordRef]) -> list[bool]:
        try:
            gate = self._found_gate()
            return [False] * len(refs) if gate is None else gate.visible(user, refs)
        except (OdooError, TriageError):
            return [False] * len(refs)

    def _found_gate(self) -> Gate | None:
        from triage.odoo.client import Odoo
        from triage.odoo.gate.client import Gate

        if self._gate is None:
            connection = self._installation.connection()
            if connection is None:
                return None
            self._odoo = Odoo.connect(connection.server(self._installation.environment))
            self._gate = Gate.find(self._odoo)
        return self._gate
