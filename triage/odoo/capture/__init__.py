"""Any record of Odoo becomes a Case: a snapshot of the record and of the neighbourhood that the facts need.

The calls for a sales order, at the most twenty whatever its length; each is left out where there is nothing to ask for:

     1 head, in all companies of the user          11 partners, and with them their families (20)
     2 messages                                    12 invoices: own, and the customer's open ones
     3 attachments, without contents               13 lines of own invoices
     4 contents of attachments                     14 products
     5 lines                                       15 price rules, where no field holds list prices
     6 moves                                       16 suppliers' item numbers
     7 purchase orders                             17 tracked changes of the promised date
     8 purchase lines                              18 related orders, and the head once more
     9 receipts
    10 transfers, and with them lots (19)

A purchase order has no price rules, promises and related orders; four calls tell which customers' lines wait for it,
and up to four more where goods pass through further moves. The same are read for a quality alert on a product.

Where goods of a sales order are short or late, one call tells which other orders hold them, and one, where this Odoo
has quality alerts, what is blocked.

Beyond these, one each is needed for every further 8 MB of attachments, where the family of a buyer is too large to be
read whole, and where more orders are related than a case carries, to see the head once more. Schema, companies, units,
operation types, kinds of messages, and the company's repairs, late transfers and open shifts are kept between captures
and not counted.

Other records add up to three calls that lead to their order, and one that tells its company where they have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from triage.domain import Case, Company, Limits, RecordRef
from triage.errors import AccessDenied, UsageError
from triage.odoo.capture.custom import Custom
from triage.odoo.capture.finding import find_record
from triage.odoo.capture.kinds import KINDS, ORDERS
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Reference
from triage.odoo.capture.taking import Taking
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection

MODELS: tuple[str, ...] = tuple(KINDS)
"""The models whose records can be captured."""

_ATTEMPTS = 3


class Capture:
    """Takes cases from one Odoo. Safe for threads as far as `odoo` is."""

    def __init__(
        self, odoo: Odoo, connection: Connection, clock: Callable[[], datetime], limits: Limits | None = None
    ) -> None:
        self._odoo = odoo
        self._custom = Custom(connection)
        self._clock = clock
        self._limits = limits or Limits()
        self._reference = Reference(clock)

    def find(self, text: str) -> RecordRef:
        """The record that somebody names: `sale.order:S00042`, `sale.order:42`, `helpdesk.ticket:HT00012`.

        Raises `UsageError` (no such model, or several records of that name) or `RecordMissing`.
        """
        return find_record(self._odoo, text)

    def company(self, number: int) -> Company:
        """A company with its currency, time zone and the service user's language."""
        return self._reference.company(Reader(self._odoo, {"allowed_company_ids": [number]}), number).company

    def case(self, ref: RecordRef) -> Case | None:
        """The record as it is now, with its neighbourhood, thread and documents; none where it is gone or hidden.

        What an edition, a version or a right lacks is absent, and `Case.missing` says so. Where the record changes
        while it is read, it is read again, three times at the most. Raises `UsageError` for a model that cannot be
        captured, `OdooUnavailable` where Odoo does not answer, `AccessDenied` where the key is refused.
        """
        if ref.model not in KINDS:
            raise UsageError(f"{ref.model} cannot be captured. These can: {', '.join(MODELS)}.")
        if ref.id is None:
            raise UsageError(f"{ref.model} {ref.name} has no id; `find` gives it.")
        found = self._take(ref.model, [ref.id], whole=True)
        return found[0] if found else None

    def neighbourhoods(self, model: str, ids: Sequence[int]) -> list[Case]:
        """Several orders at once, without messages and documents, in the order of `ids`; those that are gone are left
        out. The calls are as many as for one order, once for each company. Raises as `case` does.
        """
        if model not in ORDERS:
            raise UsageError(f"{model}: neighbourhoods are read of {' and '.join(ORDERS)} only.")
        return self._take(model, list(dict.fromkeys(ids)), whole=False)

    def _take(self, model: str, ids: Sequence[int], *, whole: bool) -> list[Case]:
        for attempt in range(1, _ATTEMPTS + 1):
            taking = Taking(self._odoo, self._custom, self._reference, self._clock(), self._limits)
            try:
                cases = taking.take(model, ids, whole=whole)
            except AccessDenied:
                if self._key_is_good():
                    return []
                raise
            if taking.is_settled or attempt == _ATTEMPTS:
                break
        return list(_in_order(cases if taking.is_settled else taking.told_unsettled(cases), ids))

    def _key_is_good(self) -> bool:
        """Whether what was refused is the model rather than the key. Raises `AccessDenied` where it is the key."""
        self._odoo.call("res.users", "context_get", again=True)
        return True


def _in_order(cases: Iterable[Case], ids: Sequence[int]) -> Iterable[Case]:
    places = {number: place for place, number in enumerate(ids)}
    return sorted(cases, key=lambda case: places.get(case.record.id or 0, 0))


__all__ = ["MODELS", "Capture"]
