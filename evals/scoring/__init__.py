"""Scorers: from an answer and a target to numbers, and from many of these to measures."""
