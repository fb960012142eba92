"""What `triage config check` finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much it matters."""

    BAD = "bad"
    """Nothing starts with it, or something does not work."""
    WARNING = "warning"
    """It works, and not as somebody may think."""
    NOTE = "note"


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that was found."""

    level: Level
    where: str
    """The file (and line), the variable, or the part."""
    text: str
    """What is wrong and what to do; holds no secret."""


def bad(where: str, text: str) -> Finding:
    """Something that does not work."""
    return Finding(Level.BAD, where, text)


def warning(where: str, text: str) -> Finding:
    """Something that works otherwise than it looks."""
    return Finding(Level.WARNING, where, text)


def note(where: str, text: str) -> Finding:
    """Something to know."""
    return Finding(Level.NOTE, where, text)
