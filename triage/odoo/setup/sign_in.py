"""Come in from Odoo: a menu that opens the review pages for whoever is signed in there. No password is typed.

The action writes a random nonce into a row of `x_triage_sign_in`, and Odoo notes who made the row; the service reads it
once (`service/review/odoo_sign_in.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from triage.errors import UsageError
from triage.odoo.setup.parts import Feature, Filled, Many, ModelOf, Part, Place, Value
from triage.odoo.setup.shared import ADMINISTRATORS, CODE, INTERNAL, action, groups_of, model, model_field, right

MODEL = "x_triage_sign_in"
_CODE = """# Made by `triage odoo setup`. The address is good once, for a minute.
env.cr.execute("SELECT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')")
nonce = env.cr.fetchone()[0]
old = datetime.datetime.utcnow() - datetime.timedelta(hours=1)
env["x_triage_sign_in"].sudo().search([("create_date", "<", old)], limit=200).unlink()
env["x_triage_sign_in"].create({"x_nonce": nonce})
action = {"type": "ir.actions.act_url", "target": "new", "url": ADDRESS + "/sign-in/odoo?nonce=" + nonce}
"""


def _parts(place: Place) -> Sequence[Part]:
    if place.address is None:
        raise UsageError("the address of the review pages is not known: write `address` into service.yaml")
    code = _CODE.replace("ADDRESS", repr(place.address))
    menu: dict[str, Value] = {
        "name": "Order triage",
        "action": Filled("ir.actions.server,%(sign_in_action)d"),
        groups_of(place, "ir.ui.menu"): Many((INTERNAL,)),
    }
    return [
        model("sign_in_model", MODEL, "Order triage: sign-in", "one row for each time somebody comes in from Odoo"),
        model_field(
            "sign_in_nonce", "sign_in_model", "x_nonce", "char", "Nonce", "good once, for a minute", index=True
        ),
        right("sign_in_by_service", "sign_in_model", None, "r", "the service user reads whose session made a row"),
        right("sign_in_by_users", "sign_in_model", INTERNAL, "c", "each internal user makes rows and reads none"),
        right("sign_in_by_administrators", "sign_in_model", ADMINISTRATORS, "rwcu", "so that it can be cleaned up"),
        # on contacts: Odoo hides a menu whose action is on a model that the user may not read
        action(
            place,
            "sign_in_action",
            "Order triage: open",
            ModelOf("res.partner"),
            code,
            "opens the review pages for the signed-in user",
        ),
        Part("sign_in_menu", "ir.ui.menu", menu, why="the menu that runs it", once={"sequence": 250}),
    ]


FEATURE = Feature(
    "sign-in",
    "Open the review pages from Odoo",
    _parts,
    needs=CODE,
    without_code="people sign in to the review pages themselves (docs/people.md)",
)
__all__ = ["FEATURE", "MODEL"]
