"""Who is named in a case: what a request to be shown or forgotten will ask for."""

from __future__ import annotations

from collections.abc import Iterator

from triage.domain import Case, Frozen, Partner


def subjects_of(value: Frozen | None) -> frozenset[str]:
    """Names, addresses and telephone numbers of the people and partners in a case, as written; nothing for other types.

    The other records of an event are sealed with the same key as its case, so naming people once is enough.
    """
    return frozenset(_named(value)) if isinstance(value, Case) else frozenset()


def _named(case: Case) -> Iterator[str]:
    partners = [purchase.supplier for purchase in case.purchases]
    if case.partner is not None:
        partners.append(case.partner)
    for partner in partners:
        yield from _of_partner(partner)
    for message in case.messages:
        yield from filter(None, (message.author, message.email))
    for order in (case.order, *case.related):
        if order is not None and order.owner:
            yield order.owner
    yield from (shipment.signed_by for shipment in case.shipments if shipment.signed_by)


def _of_partner(partner: Partner) -> Iterator[str]:
    yield partner.name
    yield from partner.emails
    yield from partner.contacts
    yield from partner.phones
