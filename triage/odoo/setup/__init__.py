"""What is set up inside Odoo over its API, without a module: planned, applied, compared, removed."""
