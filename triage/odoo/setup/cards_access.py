"""Who may read, write and fill in what about cards in Odoo, as parts."""

from __future__ import annotations

from triage.odoo.card_links import MARKER
from triage.odoo.setup.parts import SERVICE_GROUP, Known, Many, Part, Place, Ref, Value

GROUP = "cards_group"
"""Whoever is in it sees the cards of records that they may read, and decides what the service lets them."""
_ALL = "[(1, '=', 1)]"
_OWN = "[('create_uid', '=', user.id)]"
_COMPANY = "['|', ('x_company_id', '=', False), ('x_company_id', 'in', company_ids)]"
_LINKS = f"['&', ('{MARKER}', '!=', False), {_COMPANY[1:-1]}]"
"""Without a gate's rows: those say what only the readers of a record may see, and have no marker of this kind."""
_READERS = f"['&', ('x_reader_ids', 'in', [user.id]), {_COMPANY[1:-1]}]"


def access(place: Place) -> list[Part]:
    """Group, rights and record rules."""
    made = [
        Part(GROUP, "res.groups", {"name": "Order triage: cards"}, why="sees and decides cards; put people into it"),
        _may("cards_read", "cards_model", Known("base.group_user"), "r", "everybody inside may read what rules show"),
        _may("cards_administer", "cards_model", Known("base.group_system"), "rd", "administrators read and clear"),
        _rule(
            "cards_readers",
            "cards_model",
            Known("base.group_user"),
            _READERS if place.code else _LINKS,
            "who may read a record, as Odoo says of each, sees its card; and only in their companies"
            if place.code
            else "everybody of the company sees that there is a card; it says nothing of its record",
        ),
        _rule("cards_all", "cards_model", Known("base.group_system"), _ALL, "administrators see every row"),
    ]
    if not place.code:
        made += [
            _may("cards_written", "cards_model", Known(SERVICE_GROUP), "rwcd", "there is no gate, so it writes itself"),
            _rule("cards_service", "cards_model", Known(SERVICE_GROUP), _ALL, "the service sees the rows it writes"),
        ]
        return made
    return [
        *made,
        _may("wishes_fill", "wishes_model", Ref(GROUP), "rwc", "who decides fills in what to correct, or why not"),
        _rule("wishes_own", "wishes_model", Ref(GROUP), _OWN, "everybody sees what they filled in themselves"),
    ]


def _may(name: str, model: str, group: Ref | Known, rights: str, why: str) -> Part:
    values: dict[str, Value] = {"name": f"Order triage: {name}", "model_id": Ref(model), "group_id": group}
    values |= {
        f"perm_{word}": letter in rights
        for word, letter in (("read", "r"), ("write", "w"), ("create", "c"), ("unlink", "d"))
    }
    return Part(name, "ir.model.access", values, why=why)


def _rule(name: str, model: str, group: Ref | Known, domain: str, why: str) -> Part:
    values: dict[str, Value] = {
        "name": f"Order triage: {name}",
        "model_id": Ref(model),
        "groups": Many((group,)),
        "domain_force": domain,
    }
    return Part(name, "ir.rule", values, why=why)
