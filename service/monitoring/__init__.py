"""Watching an installation: `/metrics`, and beside it alert rules and a dashboard as files."""
