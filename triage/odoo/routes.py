"""A company's routing book out of Odoo: its teams, ticket types, tags and categories, and where solved tickets went.

Both the OCA's Helpdesk (`helpdesk_mgmt`) and Enterprise's: what a field is called is looked up, never assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from triage.domain import Company, Option, PastTicket, Routing, RoutingBook
from triage.errors import AccessDenied, OdooRejected, UsageError
from triage.intake.html import html_text
from triage.odoo.client import Odoo
from triage.odoo.rows import Row
from triage.tasks.route.likeness import Floats, packed

_TICKET = "helpdesk.ticket"
_MOST = 2000
"""The newest solved tickets that are read."""
_PAGE = 200
_LEAST_CHARACTERS = 15
"""A ticket that says less teaches nothing."""
_NUMBER = ("number", "ticket_ref")
Embed = Callable[[Sequence[tuple[str, str]]], Sequence[Floats]]
"""Subject and text of tickets → their vectors."""


def read_book(odoo: Odoo, company: Company, embed: Embed, model: str, now: datetime, most: int = _MOST) -> RoutingBook:
    """The book of one company. Raises `UsageError` where this Odoo has no Helpdesk that may be read."""
    fields = odoo.fields(_TICKET)
    if not fields:
        raise UsageError(f"{odoo.server}: there is no Helpdesk here that {odoo.user.login} may read.")
    rows = _solved(odoo, company, most)
    tags = _named(odoo, fields, "tag_ids")
    texts = [(row.text("name") or "", html_text(row.text("description") or "").text) for row in rows]
    kept = [(row, text) for row, text in zip(rows, texts, strict=True) if len(" ".join(text)) >= _LEAST_CHARACTERS]
    found = embed([text for _, text in kept]) if kept else []
    return RoutingBook(
        company=company.name,
        read_at=now,
        model=model,
        teams=_of_company(odoo, fields, "team_id", company),
        ticket_types=_of_company(odoo, fields, "ticket_type_id", company),
        tags=tuple(Option(id=number, name=name) for number, name in tags.items()),
        categories=_of_company(odoo, fields, "category_id", company),
        priorities=fields["priority"].choices if "priority" in fields else (),
        tickets=tuple(_ticket(row, tags, packed(vector)) for (row, _), vector in zip(kept, found, strict=True)),
    )


def ticket_values(routing: Routing | None) -> dict[str, str | int | tuple[str, ...]]:
    """What routing sets on a draft ticket, by fields of the allow-list; only what Odoo has under an id. No team."""
    if routing is None:
        return {}
    values: dict[str, str | int | tuple[str, ...]] = {}
    for slot, field in (("ticket_type", "ticket_type_id"), ("category", "category_id")):
        choice = next((one for one in routing.choices if one.slot == slot), None)
        if choice is not None and choice.id is not None:
            values[field] = choice.id
    if (priority := routing.choice("priority")) is not None:
        values["priority"] = priority.value
    if tags := tuple(one.value for one in routing.choices if one.slot == "tag" and one.id is not None):
        values["tag_ids"] = tags
    return values


def _solved(odoo: Odoo, company: Company, most: int) -> list[Row]:
    """The newest tickets in a stage that closes them, of this company or of none."""
    names = ["name", "description", "team_id", "ticket_type_id", "category_id", "tag_ids", "priority", *_NUMBER]
    domain: list[Any] = [("stage_id", "in", _closing_stages(odoo))]
    if odoo.has(_TICKET, "company_id") and company.id is not None:
        domain.append(("company_id", "in", [company.id, False]))
    found: list[Row] = []
    while len(found) < most:
        older = [("id", "<", found[-1].id)] if found else []
        room = min(_PAGE, most - len(found))
        page = odoo.search(_TICKET, [*domain, *older], names, order="id desc", limit=room, **_context(company))
        found += page
        if len(page) < _PAGE:
            break
    return found


def _closing_stages(odoo: Odoo) -> list[int]:
    fields = odoo.fields(_TICKET) or {}
    stages = fields["stage_id"].relation if "stage_id" in fields else None
    if stages is None:
        return []
    flag = "closed" if odoo.has(stages, "closed") else "fold"
    return [row.id for row in odoo.search(stages, [(flag, "=", True)], ["id"])]


def _of_company(odoo: Odoo, fields: Mapping[str, Any], name: str, company: Company) -> tuple[Option, ...]:
    """What a many-to-one of the ticket may hold in this company; nothing where Odoo lacks it or keeps it from us."""
    relation = fields[name].relation if name in fields else None
    if relation is None or not odoo.has(relation, "name"):
        return ()
    domain: list[Any] = []
    if odoo.has(relation, "company_id") and company.id is not None:
        domain.append(("company_id", "in", [company.id, False]))
    try:
        return tuple(
            Option(id=row.id, name=row.text("name") or "") for row in _options(odoo, relation, domain, company)
        )
    except (AccessDenied, OdooRejected):
        return ()


def _options(odoo: Odoo, relation: str, domain: list[Any], company: Company) -> list[Row]:
    return odoo.search(relation, domain, ["name"], order="id", **_context(company))


def _context(company: Company) -> dict[str, Any]:
    """Each company's data is read in its own context."""
    return {} if company.id is None else {"allowed_company_ids": [company.id]}


def _named(odoo: Odoo, fields: Mapping[str, Any], name: str) -> dict[int, str]:
    relation = fields[name].relation if name in fields else None
    if relation is None or not odoo.has(relation, "name"):
        return {}
    try:
        return {row.id: row.text("name") or "" for row in odoo.search(relation, [], ["name"])}
    except (AccessDenied, OdooRejected):
        return {}


def _ticket(row: Row, tags: Mapping[int, str], vector: str) -> PastTicket:
    number = next((text for name in _NUMBER if (text := row.text(name))), None)
    return PastTicket(
        number=number or str(row.id),
        team=row.label("team_id"),
        ticket_type=row.label("ticket_type_id"),
        tags=tuple(_tag_names(row, tags)),
        category=row.label("category_id"),
        priority=row.text("priority"),
        vector=vector,
    )


def _tag_names(row: Row, tags: Mapping[int, str]) -> Iterator[str]:
    return (tags[number] for number in row.many("tag_ids") if number in tags)
