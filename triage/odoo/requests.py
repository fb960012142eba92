"""Requests that people make inside Odoo with “Ask for triage”: rows of a model that set-up makes."""

from __future__ import annotations

MODEL = "x_triage_request"
"""Fields `x_model` and `x_res_id` name the record; `create_uid`, which Odoo itself writes, is who asked."""
ABOUT, RECORD = "x_model", "x_res_id"
