"""Figures of the order desk from Odoo and the store, and what a pilot changed in them. Nothing here writes."""
