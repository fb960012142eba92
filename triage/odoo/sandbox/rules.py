"""Record rules of a fresh Odoo: model, title, group (none: for everybody), domain, rights."""

from __future__ import annotations

_OWN = "['|', ('user_id', '=', user.id), ('user_id', '=', False)]"
_OWN_LINES = "['|', ('salesman_id', '=', user.id), ('salesman_id', '=', False)]"
_EVERY = "[(1, '=', 1)]"
_COMPANY = "[('company_id', 'in', company_ids)]"
_COMPANY_OR_NONE = "[('company_id', 'in', company_ids + [False])]"
_CUSTOMER = "('partner_id', 'child_of', [user.commercial_partner_id.id])"
_SALES = "('move_type', 'in', ('out_invoice', 'out_refund'))"
_PURCHASES = "[('move_type', 'in', ('in_invoice', 'in_refund', 'in_receipt'))]"
_OWN_SALES = f"[{_SALES}, '|', ('invoice_user_id', '=', user.id), ('invoice_user_id', '=', False)]"
_FOLLOWED = "('message_partner_ids', 'in', [user.partner_id.id])"
_TEAM_OR_OWN = (
    "['|', ('user_id', '=', user.id), '&', ('user_id', '=', False), ('team_id', 'in', user.helpdesk_team_ids.ids)]"
)
_TASKS = (
    "['|', '&', ('project_id', '!=', False), ('project_id.privacy_visibility', 'in', ['employees', 'portal']), "
    "'|', ('message_partner_ids', 'in', [user.partner_id.id]), ('user_ids', 'in', user.id)]"
)
_PROJECTS = f"['|', ('privacy_visibility', 'in', ['employees', 'portal']), {_FOLLOWED}]"

_STRICT = (
    "sale.order sale.order.line stock.picking stock.move stock.warehouse stock.picking.type purchase.order "
    "purchase.order.line account.move quality.alert quality.check planning.slot"
)
_LENIENT = (
    "stock.move.line stock.quant stock.lot stock.location stock.route stock.rule product.template product.supplierinfo "
    "product.pricelist product.packaging crm.lead crm.team helpdesk.ticket helpdesk.ticket.team helpdesk.ticket.stage "
    "helpdesk.ticket.tag helpdesk.ticket.category helpdesk.team project.project project.task maintenance.request "
    "maintenance.equipment maintenance.team delivery.carrier tier.review tier.definition dms.file dms.directory "
    "dms.storage documents.document account.payment.term"
)

RULES: tuple[tuple[str, str, str, str, str], ...] = (
    *((model, f"{model} multi-company", "", _COMPANY, "rwcu") for model in _STRICT.split()),
    *((model, f"{model} multi-company", "", _COMPANY_OR_NONE, "rwcu") for model in _LENIENT.split()),
    (
        "res.partner",
        "res.partner company",
        "",
        "['|', '|', ('partner_share', '=', False), ('company_id', 'in', company_ids), ('company_id', '=', False)]",
        "rwcu",
    ),
    ("res.users", "user rule", "", "['|', ('share', '=', False), ('company_ids', 'in', company_ids)]", "rwcu"),
    ("res.company", "company rule employee", "base.group_user", "[('id', 'in', company_ids)]", "rwcu"),
    ("res.company", "company rule erp manager", "base.group_erp_manager", _EVERY, "rwcu"),
    ("sale.order", "Personal Orders", "sales_team.group_sale_salesman", _OWN, "rwcu"),
    ("sale.order", "All Orders", "sales_team.group_sale_salesman_all_leads", _EVERY, "rwcu"),
    ("sale.order", "Portal Personal Quotations/Sales Orders", "base.group_portal", f"[{_CUSTOMER}]", "rwcu"),
    ("sale.order.line", "Personal Order Lines", "sales_team.group_sale_salesman", _OWN_LINES, "rwcu"),
    ("sale.order.line", "All Orders Lines", "sales_team.group_sale_salesman_all_leads", _EVERY, "rwcu"),
    ("account.move", "All Journal Entries", "account.group_account_invoice", _EVERY, "rwcu"),
    ("account.move", "Readonly Move", "account.group_account_readonly", _EVERY, "r"),
    ("account.move", "Purchase User Account Move", "purchase.group_purchase_user", _PURCHASES, "rwcu"),
    ("account.move", "Personal Invoices", "sales_team.group_sale_salesman", _OWN_SALES, "rwcu"),
    ("account.move", "All Invoices", "sales_team.group_sale_salesman_all_leads", f"[{_SALES}]", "rwcu"),
    ("crm.lead", "Personal Leads", "sales_team.group_sale_salesman", _OWN, "rwcu"),
    ("crm.lead", "All Leads", "sales_team.group_sale_salesman_all_leads", _EVERY, "rwcu"),
    ("helpdesk.ticket", "Personal Tickets", "helpdesk_mgmt.group_helpdesk_user_own", _TEAM_OR_OWN, "rwcu"),
    (
        "helpdesk.ticket",
        "Team Tickets",
        "helpdesk_mgmt.group_helpdesk_user_team",
        "['|', ('team_id', 'in', user.helpdesk_team_ids.ids), ('team_id', '=', False)]",
        "rwcu",
    ),
    (
        "helpdesk.ticket",
        "Internal Tickets",
        "base.group_user",
        "['|', ('partner_id', '=', user.partner_id.id), ('message_partner_ids', 'in', [user.partner_id.id])]",
        "rwcu",
    ),
    ("helpdesk.ticket", "All Tickets", "helpdesk_mgmt.group_helpdesk_user", _EVERY, "rwcu"),
    ("project.project", "Project: project manager: see all", "project.group_project_manager", _EVERY, "rwcu"),
    ("project.project", "Project: employees: following required", "base.group_user", _PROJECTS, "rwcu"),
    ("project.task", "Project/Task: project manager: see all", "project.group_project_manager", _EVERY, "rwcu"),
    ("project.task", "Project/Task: employees: follow required", "base.group_user", _TASKS, "r"),
    ("project.task", "Project/Task: project users: follow required", "project.group_project_user", _TASKS, "wcu"),
    (
        "maintenance.request",
        "Users are allowed to access their own maintenance requests",
        "base.group_user",
        f"['|', '|', ('owner_user_id', '=', user.id), {_FOLLOWED}, ('user_id', '=', user.id)]",
        "rwcu",
    ),
    (
        "maintenance.request",
        "Administrator of maintenance requests",
        "maintenance.group_equipment_manager",
        _EVERY,
        "rwcu",
    ),
    (
        "maintenance.equipment",
        "Users are allowed to access equipment they follow",
        "base.group_user",
        f"[{_FOLLOWED}]",
        "rwcu",
    ),
    ("maintenance.equipment", "Equipment administrator", "maintenance.group_equipment_manager", _EVERY, "rwcu"),
)
"""Every domain sees `user`, `company_ids` and `company_id`."""
