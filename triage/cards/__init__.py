"""Cards: one exception each, what a decision does to them, and where they are kept."""
