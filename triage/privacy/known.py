"""What a case knows of the people in it: names, numbers, addresses, and where phone numbers are from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from triage.domain.case import Case, Partner, Role
from triage.domain.policy import PrivateKind
from triage.privacy.names import person, signed
from triage.privacy.phones import DEFAULT_REGIONS

_SIGNING_LINES = 5
"""Lines of a signature in which the name may stand."""
_LANGUAGE_REGION = {"en": "GB", "de": "DE", "fr": "FR", "es": "ES", "nl": "NL", "it": "IT", "pt": "PT", "pl": "PL"}


@dataclass(frozen=True)
class Known:
    """Personal data that a case holds in fields of its own."""

    regions: tuple[str, ...] = DEFAULT_REGIONS
    """ISO 3166-1 codes of countries whose phone numbers are written without their code."""
    names: tuple[str, ...] = ()
    literal: tuple[tuple[PrivateKind, str], ...] = ()
    """Values to find as they stand, whatever their form."""
    texts: tuple[str, ...] = ()
    """The case's messages, read first: what one text shows to be private is so in the others, and numbers are the same
    for every task."""


def known_from(case: Case | None) -> Known:
    """What to look for in the texts of a case; without one, the usual regions and nothing known."""
    if case is None:
        return Known()
    texts = [text for m in case.messages for text in (m.subject, m.body, m.quoted, m.signature) if text]
    names = tuple(dict.fromkeys(_names(case)))
    return Known(regions=_regions(case), names=names, literal=tuple(_literal(case)), texts=tuple(texts))


def _partners(case: Case) -> list[Partner]:
    return [partner for partner in (case.partner, *(p.supplier for p in case.purchases)) if partner is not None]


def _regions(case: Case) -> tuple[str, ...]:
    from babel.core import get_global

    home = get_global("zone_territories").get(case.company.timezone)
    found = [partner.country for partner in _partners(case)]
    found += [home, _LANGUAGE_REGION.get(case.company.language)]
    return tuple(dict.fromkeys(region.upper() for region in (*found, *DEFAULT_REGIONS) if region))


def _names(case: Case) -> Iterator[str]:
    organisations = {case.company.name.casefold()} | {partner.name.casefold() for partner in _partners(case)}
    for said, trusted in _said_names(case):
        name = person(said, trusted=trusted)
        if name and name.casefold() not in organisations and said.casefold() not in organisations:
            yield name


def _said_names(case: Case) -> Iterator[tuple[str, bool]]:
    for partner in _partners(case):
        for contact in partner.contacts:
            yield contact, True
    for order in (case.order, *case.related):
        if order and order.owner:
            yield order.owner, True
    for shipment in case.shipments:
        if shipment.signed_by:
            yield shipment.signed_by, True
    for message in case.messages:
        if message.author and message.role is not Role.SYSTEM:
            yield message.author, False
        lines = [line for line in message.signature.splitlines() if line.strip()][:_SIGNING_LINES]
        if line := next((line for line in lines if person(line)), None):
            yield line, False
        for name in (*signed(message.body), *signed(message.quoted)):
            yield name, False


def _literal(case: Case) -> Iterator[tuple[PrivateKind, str]]:
    for partner in _partners(case):
        for email in partner.emails:
            yield PrivateKind.EMAIL, email
        for phone in partner.phones:
            yield PrivateKind.PHONE, phone
        if partner.vat:
            yield PrivateKind.VAT, partner.vat
        if partner.street:
            yield PrivateKind.ADDRESS, partner.street
            if partner.zip and partner.city:
                yield PrivateKind.ADDRESS, f"{partner.zip} {partner.city}"
    for message in case.messages:
        if message.email:
            yield PrivateKind.EMAIL, message.email
