"""Cases on another case's card, in the store: they join by cause, are brought up to date, and are read one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from triage.audit import sealing
from triage.domain import Card, Member, Proposal, RecordRef
from triage.errors import ChainBroken, KeyMissing
from triage.storage import members as rows
from triage.storage.database import Database
from triage.storage.keys import Keys
from triage.storage.members import MemberRow


class Sharing:
    """The rows of shared cards. Every method works in the transaction that is open."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def hosts(self, proposal: Proposal) -> list[str]:
        """Ids of open cards with a cause that this proposal shares, the oldest first."""
        return rows.hosts(self._database, self._hashes(proposal)) if proposal.origins else []

    def note(self, card: Card, proposal: Proposal) -> None:
        """Remember what caused a card."""
        rows.note_origins(self._database, str(card.id), self._hashes(proposal))

    def waiting(self, proposal: Proposal) -> MemberRow | None:
        """The case of this record and category that waits on another case's card."""
        category = proposal.suggestion.category.value
        return rows.waiting(self._database, proposal.company, self._record(proposal), category)

    def cards_of(self, company: str, record: RecordRef) -> list[str]:
        """Ids of other cases' cards on which a case of this record waits."""
        hashed = self._keys.keyed_hash("record", company, record.key)
        return [row.card for row in rows.waiting_of(self._database, company, hashed)]

    def keep(self, card: Card, proposal: Proposal, case: str) -> None:
        """Keep what a member proposes, sealed under its own case's key."""
        row = MemberRow(
            card=str(card.id),
            company=proposal.company,
            record=self._record(proposal),
            category=proposal.suggestion.category.value,
            waits=1,
            case_id=case,
            sealed=b"",
        )
        sealed = sealing.seal(sealing.encode(proposal), self._keys.key_for(case), row.place())
        rows.put(self._database, replace(row, sealed=sealed))

    def settle(self, card: Card) -> None:
        """Bring the rows of a card's members to where the card says they stand."""
        for member in card.members:
            record = self._keys.keyed_hash("record", member.company, member.key)
            rows.mark(self._database, str(card.id), member.company, record, member.is_undecided)

    def proposal(self, card: Card, member: Member) -> Proposal | None:
        """What a case on a card proposes; none where it was erased."""
        if (member.company, member.key) == (card.key.company, card.key.record):
            return card.proposal
        record = self._keys.keyed_hash("record", member.company, member.key)
        found = [row for row in rows.of_card(self._database, str(card.id)) if row.record == record]
        return self._opened(found[0], card.number) if found else None

    def case_of(self, card: Card, member: Member) -> str | None:
        """Id of the case whose key seals a member; none for the card's own case."""
        record = self._keys.keyed_hash("record", member.company, member.key)
        found = [row for row in rows.of_card(self._database, str(card.id)) if row.record == record]
        return found[0].case_id if found else None

    def _opened(self, row: MemberRow, number: int) -> Proposal | None:
        try:
            return cast(Proposal, sealing.decode(sealing.unseal(row.sealed, self._keys, row.case_id, row.place())))
        except KeyMissing:
            return None
        except ChainBroken as error:
            raise ChainBroken(f"card #{number}: the row of a case on it was changed outside this software.") from error

    def opened(self, row: MemberRow) -> Proposal | None:
        """What a case proposes, by its row; none where it was erased."""
        try:
            return cast(Proposal, sealing.decode(sealing.unseal(row.sealed, self._keys, row.case_id, row.place())))
        except KeyMissing:
            return None

    def _hashes(self, proposal: Proposal) -> list[str]:
        return [
            self._keys.keyed_hash("origin", "" if origin.across else proposal.company, origin.key)
            for origin in proposal.origins
        ]

    def _record(self, proposal: Proposal) -> str:
        return self._keys.keyed_hash("record", proposal.company, proposal.record.key)
