"""One suite that the look-alike and a real Odoo both pass; `docs/odoo-contract.md` says how to run it on yours."""
