"""How cards look in Odoo: list, form, search, the window of Correct and Reject, and the page on other forms."""

from __future__ import annotations

from collections.abc import Sequence

from triage.odoo.setup.parts import Place

_FIRST_WITH_LIST = 18
"""Before, a list is called `tree`, and the chatter is spelled out."""
_WAITS = "x_state in ('open', 'awaiting_second')"
_SEVERITY = (
    '<field name="x_severity" widget="badge" decoration-danger="x_severity == \'urgent\'" '
    "decoration-warning=\"x_severity == 'high'\" decoration-info=\"x_severity == 'normal'\"/>"
)
_STATE = (
    '<field name="x_state" widget="badge" decoration-info="x_state == \'open\'" '
    "decoration-warning=\"x_state == 'awaiting_second'\" "
    "decoration-success=\"x_state in ('accepted', 'edited', 'resolved')\"/>"
)
_CHATTER_BEFORE = (
    '<div class="oe_chatter"><field name="message_follower_ids"/><field name="activity_ids"/>'
    '<field name="message_ids"/></div>'
)


def rows_list(place: Place) -> str:
    """The list of cards, the most urgent first."""
    tag = "list" if place.major >= _FIRST_WITH_LIST else "tree"
    return (
        f'<{tag} create="false" delete="false" edit="false" default_order="x_priority desc, x_number" '
        f'decoration-muted="not ({_WAITS})">'
        '<field name="x_number"/><field name="x_name"/>'
        f'{_SEVERITY}<field name="x_act_by"/><field name="x_team"/><field name="x_confidence" optional="hide"/>'
        '<field name="x_company_id" groups="base.group_multi_company" optional="show"/>'
        f'{_STATE}<field name="x_link" widget="url" text="Review page" optional="show"/></{tag}>'
    )


def form(place: Place, links: Sequence[str]) -> str:
    """One card: what is suggested, what it rests on, and how it stands. `links` are fields that lead to its record."""
    chatter = "<chatter/>" if place.major >= _FIRST_WITH_LIST else _CHATTER_BEFORE
    records = "".join(f'<field name="{name}" invisible="not {name}"/>' for name in links)
    return (
        '<form create="false" edit="false" delete="false" duplicate="false">'
        f'<header>{_buttons() if place.code else ""}<field name="x_state" widget="statusbar" '
        'statusbar_visible="open,accepted"/></header><sheet>'
        f"{_notices()}"
        '<div class="oe_title"><h2><field name="x_name" readonly="1"/></h2></div>'
        '<field name="x_request" invisible="1"/><field name="x_asks" invisible="1"/>'
        '<field name="x_category" invisible="1"/>'
        f'<group><group>{_SEVERITY}<field name="x_act_by" invisible="not x_act_by"/>'
        '<field name="x_team" invisible="not x_team"/><field name="x_confidence" invisible="not x_confidence"/></group>'
        f'<group>{records}<field name="x_company_id" groups="base.group_multi_company"/>'
        '<field name="x_number"/><field name="x_link" widget="url" text="Open the review page" '
        'invisible="not x_link"/></group></group>'
        '<separator string="What is known" invisible="not x_body"/>'
        '<field name="x_body" readonly="1" nolabel="1" invisible="not x_body"/>'
        f"</sheet>{chatter}</form>"
    )


def _buttons() -> str:
    asked = "x_request or x_hold"
    return (
        '<button name="%(cards_accept)d" type="action" string="Accept" class="btn-primary" '
        f"invisible=\"not ({_WAITS}) or {asked} or (x_asks and x_state == 'open')\"/>"
        '<button name="%(cards_edit)d" type="action" string="Correct" '
        "context=\"{'default_x_category': x_category, 'default_x_severity': x_severity, 'default_x_team': x_team}\" "
        f'invisible="not ({_WAITS}) or {asked}"/>'
        f'<button name="%(cards_reject)d" type="action" string="Reject" invisible="not ({_WAITS}) or {asked}"/>'
        '<button name="%(cards_undo)d" type="action" string="Take back" '
        "invisible=\"x_request or x_state not in ('accepted', 'edited', 'rejected', 'awaiting_second')\"/>"
    )


def _notices() -> str:
    """What is to be known before anything else: asked, refused, not for here, and how it stands."""
    return (
        '<div class="alert alert-info" role="status" invisible="not x_request">'
        'Asked for by <field name="x_requested_by_id" readonly="1" class="oe_inline" options="{\'no_open\': true}"/>: '
        '<field name="x_request" readonly="1" class="oe_inline"/>. It is being checked. Reload this page after some '
        "seconds to see what became of it.</div>"
        '<div class="alert alert-danger" role="alert" invisible="not x_refusal">'
        '<field name="x_refusal" readonly="1" nolabel="1"/></div>'
        '<div class="alert alert-warning" role="status" invisible="not x_hold">'
        '<field name="x_hold" readonly="1" nolabel="1"/></div>'
        '<div class="alert alert-success" role="status" invisible="not x_answer">'
        '<field name="x_answer" readonly="1" nolabel="1"/></div>'
    )


def search() -> str:
    """By number, name and record; what waits, what is urgent, and groups."""
    return (
        '<search><field name="x_name"/><field name="x_number"/><field name="x_record_name"/><field name="x_team"/>'
        "<filter name=\"waiting\" string=\"Waiting\" domain=\"[('x_state', 'in', ['open', 'awaiting_second'])]\"/>"
        '<filter name="second" string="Waits for a second person" '
        "domain=\"[('x_state', '=', 'awaiting_second')]\"/>"
        "<filter name=\"urgent\" string=\"Urgent\" domain=\"[('x_severity', '=', 'urgent')]\"/>"
        '<filter name="asked" string="Asked for" domain="[(\'x_request\', \'!=\', False)]"/><separator/>'
        "<filter name=\"closed\" string=\"Closed\" domain=\"[('x_state', 'not in', ['open', 'awaiting_second'])]\"/>"
        '<filter name="by_category" string="Category" context="{\'group_by\': \'x_category\'}"/>'
        '<filter name="by_severity" string="Severity" context="{\'group_by\': \'x_severity\'}"/>'
        '<filter name="by_team" string="Team" context="{\'group_by\': \'x_team\'}"/>'
        '<filter name="by_state" string="State" context="{\'group_by\': \'x_state\'}"/></search>'
    )


def wish_form() -> str:
    """The window of Correct and Reject."""
    return (
        '<form><group><field name="x_card_id" invisible="1"/><field name="x_kind" invisible="1"/>'
        '<field name="x_reason" required="x_kind == \'reject\'"/>'
        '<field name="x_category" invisible="x_kind != \'edit\'"/>'
        '<field name="x_severity" invisible="x_kind != \'edit\'"/>'
        '<field name="x_team" invisible="x_kind != \'edit\'"/>'
        '<field name="x_comment"/></group>'
        '<footer><button name="%(cards_send)d" type="action" string="Send" class="btn-primary"/>'
        '<button string="Cancel" special="cancel" class="btn-secondary"/></footer></form>'
    )


def order_page(group: str, field: str) -> str:
    """A page with a record's cards, for the group alone."""
    return (
        f'<data><xpath expr="//notebook" position="inside"><page string="Triage" name="x_triage" groups="{group}">'
        f'<field name="{field}" readonly="1" nolabel="1"><list create="false" delete="false" edit="false" '
        f'decoration-muted="not ({_WAITS})"><field name="x_number"/><field name="x_name"/>{_SEVERITY}'
        f'<field name="x_act_by"/><field name="x_team"/>{_STATE}'
        '<button name="%(cards_open)d" type="action" string="Open" icon="fa-external-link"/></list></field>'
        "</page></xpath></data>"
    )
