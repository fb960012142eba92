"""What somebody may see: their companies' cards of records that Odoo lets them read, and facts likewise."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from service.installation import Installation
from service.review.asking import Asking, CannotAsk, Question
from triage.domain import Card, Contribution, Duty, Fact, FactEvidence, Hit, Person, Proposal, RecordRef

_SOURCE = re.compile(r"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+):([1-9][0-9]{0,9})(?:\.([a-z_][a-z0-9_]*))?")
"""What a fact was computed from, where that is a record of Odoo: `res.partner:7.credit`."""


class Sight:
    """Who may see what.

    Somebody without a user in Odoo sees the cards of their companies; confidential facts then are for leads and
    auditors. Of somebody with one, Odoo is asked through its gate: for each record, for each fact the records and
    fields that it was computed from, for each customer's line that is hit its order, for each part of the priority the
    facts that it rests on. Where Odoo cannot be asked, nothing is shown that it would have to be asked about.
    An auditor reads everything of their companies, and that is recorded.
    """

    def __init__(self, installation: Installation, clock: Callable[[], float] = time.monotonic) -> None:
        self._asking = Asking(installation, clock)

    def close(self) -> None:
        """Close the connection to Odoo, where there is one."""
        self._asking.close()

    def visible(self, person: Person, cards: Sequence[Card]) -> list[Card]:
        """Those of the cards that the person may see, in order. None of those about which Odoo cannot be asked."""
        told = self.records(person, [(card.key.company, card.proposal.record) for card in cards])
        return [card for card, may in zip(cards, told, strict=True) if may]

    def records(self, person: Person, records: Sequence[tuple[str, RecordRef]]) -> list[bool]:
        """Of each record with its company, whether the person may see it."""
        try:
            return self._records(person, records)
        except CannotAsk:
            return [person.sees(company) and record.id is None for company, record in records]

    def may_see(self, person: Person, card: Card) -> bool:
        """Whether the person may see this card. Raises `CannotAsk` where only Odoo could say."""
        return self._records(person, [(card.key.company, card.proposal.record)])[0]

    def may_see_confidential(self, person: Person) -> bool:
        """Whether what is confidential and belongs to no field of Odoo is for this person."""
        return person.has(Duty.LEAD, Duty.AUDITOR)

    def facts(self, person: Person, card: Card) -> tuple[list[Fact], int]:
        """The card's facts that the person may see, and how many others there are."""
        shown = self._facts(person, card.proposal)
        return shown, len(card.proposal.facts) - len(shown)

    def hidden(self, person: Person, cards: Sequence[Card]) -> list[list[Fact]]:
        """Of each card the facts that the person may not see. Odoo is asked about all of them at once."""
        self._ask_ahead(person, [fact for card in cards for fact in card.proposal.facts])
        found = []
        for card in cards:
            seen = {fact.id for fact in self._facts(person, card.proposal)}
            found.append([fact for fact in card.proposal.facts if fact.id not in seen])
        return found

    def may_see_evidence(self, person: Person, evidence: object, proposal: Proposal) -> bool:
        """Whether a piece of a card's evidence is for this person: a fact's where the fact is."""
        if not isinstance(evidence, FactEvidence):
            return True
        if any(fact.id == evidence.fact for fact in proposal.facts):
            return any(fact.id == evidence.fact for fact in self._facts(person, proposal))
        return not evidence.confidential or self.may_see_confidential(person)

    def hits(self, person: Person, proposal: Proposal) -> list[Hit]:
        """The customers' lines that a change hits, as far as the person may read their orders.

        Of somebody with a user in Odoo that is asked of each order; of others it is for leads and auditors.
        """
        found = proposal.impact.hits if proposal.impact else ()
        if not _is_asked(person):
            return list(found) if self.may_see_confidential(person) else []
        told = self.records(person, [(proposal.company, hit.order) for hit in found])
        return [hit for hit, may in zip(found, told, strict=True) if may and hit.order.id is not None]

    def contributions(self, person: Person, proposal: Proposal) -> list[Contribution]:
        """The parts of the priority that the person may see: of somebody with a user in Odoo each whose facts they
        all may see; of others those that are not confidential, or all for leads and auditors."""
        found = proposal.priority.contributions if proposal.priority else ()
        if not _is_asked(person):
            return [one for one in found if self.may_see_confidential(person) or not one.confidential]
        seen = {fact.id for fact in self._facts(person, proposal)}
        known = {fact.id for fact in proposal.facts}
        return [
            one
            for one in found
            if seen.issuperset(known.intersection(one.facts))
            and (not one.confidential or (bool(one.facts) and known.issuperset(one.facts)))
        ]

    def may_see_all(self, person: Person, card: Card) -> bool:
        """Whether nothing of a card is withheld from the person: no fact, no line that is hit, no case on it.

        Only then its records, and what a model was shown, are for them word for word.
        """
        if not _is_asked(person):
            return self.may_see_confidential(person)
        shares = self.records(person, [(one.company, one.record) for one in card.members])
        hits = card.proposal.impact.hits if card.proposal.impact else ()
        return not self.facts(person, card)[1] and len(self.hits(person, card.proposal)) == len(hits) and all(shares)

    def _records(self, person: Person, records: Sequence[tuple[str, RecordRef]]) -> list[bool]:
        mine = [person.sees(company) for company, _ in records]
        if not _is_asked(person):
            return mine
        wanted = [Question(record) for (_, record), may in zip(records, mine, strict=True) if may and record.id]
        told = self._asking.answers(_user(person), wanted)
        return [
            may and (record.id is None or told[Question(record).key])
            for (_, record), may in zip(records, mine, strict=True)
        ]

    def _facts(self, person: Person, proposal: Proposal) -> list[Fact]:
        leads = self.may_see_confidential(person)
        if not _is_asked(person):
            return [fact for fact in proposal.facts if leads or not fact.confidential]
        try:
            wanted = {fact.id: self._questions(fact) for fact in proposal.facts}
            told = self._asking.answers(_user(person), [each for found, _ in wanted.values() for each in found])
        except CannotAsk:
            return [
                fact for fact in proposal.facts if not fact.confidential and not any(map(_SOURCE.match, fact.sources))
            ]
        shown = []
        for fact in proposal.facts:
            questions, is_whole = wanted[fact.id]
            if all(told[each.key] for each in questions) and (is_whole or not fact.confidential or leads):
                shown.append(fact)
        return shown

    def _ask_ahead(self, person: Person, facts: Sequence[Fact]) -> None:
        """Ask what is not known yet in one go; each answer is kept, and found there a moment later."""
        if _is_asked(person):
            with suppress(CannotAsk):
                self._asking.answers(_user(person), [each for fact in facts for each in self._questions(fact)[0]])

    def _questions(self, fact: Fact) -> tuple[list[Question], bool]:
        """What to ask of Odoo about a fact, and whether the answers say all that there is to say about it."""
        found, is_whole = [], bool(fact.sources)
        for source in fact.sources:
            match = _SOURCE.fullmatch(source)
            if match is None:
                is_whole = False
                continue
            model, number, field = match[1], int(match[2]), match[3] or ""
            known = bool(field) and self._asking.has_field(model, field)
            is_whole = is_whole and known
            record = RecordRef(model=model, id=number, name=f"{model} {number}")
            found.append(Question(record, field if known else ""))
        return found, is_whole


def _is_asked(person: Person) -> bool:
    return person.odoo_user is not None and not person.has(Duty.AUDITOR)


def _user(person: Person) -> int:
    assert person.odoo_user is not None
    return person.odoo_user
