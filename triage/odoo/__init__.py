"""Records of Odoo: reading and linking them."""
