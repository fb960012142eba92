"""Workflows for n8n, and what prepares them for an installation. `docs/n8n.md` says how to use them."""
