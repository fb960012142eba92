"""Supplier documents to fields and lines with page and box."""
