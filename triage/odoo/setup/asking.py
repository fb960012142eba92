"""“Ask for triage” in the Action menu: a request with its user, which the service takes in by polling, or at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from triage.errors import UsageError
from triage.odoo.requests import ABOUT, MODEL, RECORD
from triage.odoo.setup.parts import Export, Feature, FieldOf, ModelOf, Part, Place, Ref
from triage.odoo.setup.shared import ADMINISTRATORS, CODE, INTERNAL, action, model, model_field, right, webhook

ASKED: tuple[str, ...] = ("sale.order", "stock.picking", "purchase.order", "helpdesk.ticket", "crm.lead")
_CODE = """# Made by `triage odoo setup`. Who asks may read what is asked about; the request keeps who it was.
asked = records or record
chosen = asked[:80]
for one in chosen:
    one.read(["display_name"])
    env["x_triage_request"].create({"x_model": "MODEL", "x_res_id": one.id})
old = datetime.datetime.utcnow() - datetime.timedelta(days=30)
env["x_triage_request"].sudo().search([("create_date", "<", old)], limit=200).unlink()
number, left = len(chosen), len(asked) - len(chosen)
more = " %d others that you chose were left out: ask for 80 at the most at once." % left if left else ""
action = {
    "type": "ir.actions.client",
    "tag": "display_notification",
    "params": {
        "type": "warning" if left else "success",
        "title": "Triage was asked for",
        "message": ("%d records are" % number if number > 1 else "The record is")
        + " read within a minute or two. What is found stands there as a note." + more,
    },
}
"""


def _parts(place: Place) -> Sequence[Part]:
    parts = [
        model("request_model", MODEL, "Order triage: request", "one row for each record that somebody asked about"),
        model_field("request_about", "request_model", "x_model", "char", "Model", "what kind of record", required=True),
        model_field("request_id", "request_model", "x_res_id", "integer", "Record", "which one", required=True),
        right("request_by_service", "request_model", None, "r", "the service user reads who asked about what"),
        right("request_by_users", "request_model", INTERNAL, "c", "each internal user asks"),
        right("request_by_administrators", "request_model", ADMINISTRATORS, "rwcu", "so that it can be cleaned up"),
    ]
    for name in ASKED:
        if place.has(name):
            parts.append(_ask(place, name))
    return [*parts, *_hint(place)]


def _ask(place: Place, name: str) -> Part:
    return action(
        place,
        f"ask_{name.replace('.', '_')}",
        "Ask for triage",
        ModelOf(name),
        _CODE.replace("MODEL", name),
        f"“Ask for triage” in the Action menu of {name}",
        binding_model_id=ModelOf(name),
        binding_view_types="list,form",
    )


def _hint(place: Place) -> list[Part]:
    """The rule that tells the service at once; without it a request waits for the next look."""
    lacks = ""
    try:
        url = place.hook()
    except UsageError as error:
        url, lacks = "", f"requests are found by polling only: {error}"
    payload = (FieldOf(MODEL, "x_model"), FieldOf(MODEL, "x_res_id"))
    title = "Order triage: asked"
    why = "tells the service at once that somebody asked; polling finds it anyway"
    made = webhook("ask_rule", title, Ref("request_model"), {"trigger": "on_create"}, url, payload, why)
    return [replace(each, lacks=lacks) for each in made]


FEATURE = Feature(
    "asking",
    "“Ask for triage” in the Action menu",
    _parts,
    needs=CODE,
    exports=(Export(MODEL, (ABOUT, RECORD)),),
    without_code="mention the record in a message, or run `triage run --odoo MODEL:NUMBER --post`",
)
__all__ = ["ASKED", "FEATURE"]
