"""Which fields are read of which model, under every name they have had since Odoo 14.

A field that an Odoo lacks is not asked for, so that one list serves all versions and editions.
"""

from __future__ import annotations

SALE_ORDER = (
    "name",
    "state",
    "company_id",
    "partner_id",
    "partner_shipping_id",
    "currency_id",
    "amount_total",
    "date_order",
    "create_date",
    "write_date",
    "commitment_date",
    "client_order_ref",
    "warehouse_id",
    "user_id",
    "picking_policy",
    "locked",
    "invoice_ids",
    "invoice_status",
    "delivery_status",
)
SALE_LINE = (
    "order_id",
    "sequence",
    "display_type",
    "is_downpayment",
    "is_delivery",
    "product_id",
    "name",
    "product_uom_qty",
    "product_uom",
    "product_uom_id",
    "price_unit",
    "discount",
    "qty_delivered",
    "qty_invoiced",
    "purchase_price",
    "purchase_line_ids",
    "pricelist_item_id",
)
PURCHASE_ORDER = (
    "name",
    "state",
    "company_id",
    "partner_id",
    "partner_ref",
    "currency_id",
    "amount_total",
    "date_planned",
    "date_approve",
    "create_date",
    "write_date",
    "origin",
    "invoice_ids",
)
PURCHASE_LINE = (
    "order_id",
    "sequence",
    "display_type",
    "is_downpayment",
    "product_id",
    "name",
    "product_qty",
    "product_uom",
    "product_uom_id",
    "price_unit",
    "discount",
    "qty_received",
    "qty_invoiced",
    "date_planned",
    "sale_line_id",
    "move_ids",
    "move_dest_ids",
)
MOVE = (
    "picking_id",
    "picking_type_id",
    "product_id",
    "product_uom_qty",
    "product_uom",
    "quantity",
    "quantity_done",
    "reserved_availability",
    "state",
    "date",
    "sequence",
    "has_tracking",
    "sale_line_id",
    "purchase_line_id",
    "move_orig_ids",
    "move_dest_ids",
    "origin_returned_move_id",
    "forecast_availability",
    "forecast_expected_date",
)
PICKING = (
    "name",
    "company_id",
    "partner_id",
    "picking_type_id",
    "state",
    "scheduled_date",
    "date_done",
    "carrier_id",
    "carrier_tracking_ref",
    "backorder_id",
    "return_id",
    "sale_id",
    "purchase_id",
    "create_date",
    "write_date",
)
MOVE_LINE = ("move_id", "lot_id", "lot_name")
INVOICE = (
    "name",
    "ref",
    "company_id",
    "partner_id",
    "commercial_partner_id",
    "move_type",
    "state",
    "currency_id",
    "amount_total",
    "amount_residual",
    "invoice_date",
    "invoice_date_due",
    "payment_state",
    "create_date",
    "write_date",
)
INVOICE_LINE = (
    "move_id",
    "sequence",
    "display_type",
    "exclude_from_invoice_tab",
    "product_id",
    "name",
    "quantity",
    "product_uom_id",
    "price_unit",
    "discount",
    "sale_line_ids",
    "purchase_line_id",
)
PARTNER = (
    "name",
    "active",
    "type",
    "parent_id",
    "is_company",
    "commercial_partner_id",
    "email",
    "phone",
    "mobile",
    "vat",
    "street",
    "street2",
    "zip",
    "city",
    "country_code",
    "partner_share",
    "user_ids",
    "customer_rank",
    "supplier_rank",
    "credit",
    "credit_limit",
    "credit_to_invoice",
    "use_partner_credit_limit",
    "show_credit_limit",
)
PRODUCT = ("default_code", "barcode", "name", "standard_price", "uom_id", "product_tmpl_id")
SALES_PRICE = ("list_price", "price_extra")
PRICE_RULE = ("compute_price", "fixed_price", "percent_price", "currency_id", "base")
SUPPLIER_CODE = ("partner_id", "product_id", "product_tmpl_id", "product_code", "sequence")
COMPANY = ("name", "currency_id", "resource_calendar_id", "email", "partner_id")
UNIT = ("name", "factor", "factor_inv", "relative_factor", "relative_uom_id", "category_id", "parent_path")
SUBTYPE = ("internal", "res_model")
MESSAGE = (
    "date",
    "subject",
    "body",
    "author_id",
    "email_from",
    "message_type",
    "subtype_id",
    "is_internal",
    "parent_id",
    "attachment_ids",
    "create_uid",
)
ATTACHMENT = ("name", "mimetype", "file_size", "checksum", "type", "res_model", "res_id", "create_uid", "create_date")
TRACKING = (
    "mail_message_id",
    "create_date",
    "create_uid",
    "old_value_datetime",
    "new_value_datetime",
)
QUALITY_ALERT = ("name", "title", "product_id", "lot_id", "picking_id", "stage_id", "date_assign", "create_date")
QUALITY_CHECK = (
    "name", "title", "product_id", "lot_id", "picking_id", "quality_state", "control_date", "write_date",
)  # fmt: skip
REPAIR = ("name", "equipment_id", "request_date", "schedule_date", "create_date", "stage_id", "maintenance_type")
ON_HAND = ("product_id", "lot_id", "quantity", "reserved_quantity")
CHAIN_MOVE = (
    "picking_type_id",
    "product_id",
    "product_uom_qty",
    "product_uom",
    "product_uom_id",
    "quantity",
    "quantity_done",
    "reserved_availability",
    "state",
    "date",
    "sale_line_id",
    "purchase_line_id",
    "move_orig_ids",
    "move_dest_ids",
    "origin_returned_move_id",
)
WAITING_ORDER = ("name", "state", "partner_id", "currency_id", "commitment_date")
HELD_MOVE = (
    "product_id",
    "product_uom",
    "product_uom_id",
    "quantity",
    "quantity_done",
    "reserved_availability",
    "sale_line_id",
    "origin",
    "partner_id",
    "date_deadline",
)
