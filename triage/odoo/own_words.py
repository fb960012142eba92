"""The phrases by which our own words are known in Odoo, also where Odoo repeats them in another person's name."""

from __future__ import annotations

TITLE = "Suggestion: "
"""How the title of a note begins."""
REVIEW = "Review suggestion: "
"""How the summary of a review activity begins; the rest of the note's title follows."""
DECIDES = "a person decides. Card "
DISCLAIMER = f"Suggested by software that read this record; it changed nothing, and {DECIDES.removesuffix(' Card ')}"
"""What the footer of all we publish says, before the word `Card`, the card's number and its id."""


def are_ours(text: str) -> bool:
    """Whether a text repeats the summary of a review activity, or the footer of what we published."""
    words = " ".join(text.split())
    return REVIEW.strip() in words or DECIDES in words
