"""Checks of answers by code: quotes, numbers, references, sums."""
