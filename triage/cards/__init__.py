"""Cards, their states and the decisions of people."""
