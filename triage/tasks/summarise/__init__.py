"""Summaries of a thread: what somebody wants, what happened, which numbers and dates stand, and the facts."""
