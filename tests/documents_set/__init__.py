"""Builds the shipped set of supplier documents with their truth. Development only."""
