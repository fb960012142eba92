"""Builds the sample day that ships in `triage/sample_day`; nothing of the product imports it."""
