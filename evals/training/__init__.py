"""Trains the embedded classifier: `triage train`."""
