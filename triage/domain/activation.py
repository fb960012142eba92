"""That a named person has put a policy into force."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from triage.domain.base import Frozen, Moment

Named = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class Activated(Frozen):
    """An activation: from now on this policy acts."""

    policy: str
    """Fingerprint of all policies in the file together (`PolicyBook.fingerprint`)."""
    by: Named
    second: Named | None = None
    """Who else put their name to it."""
    why: Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
    at: Moment
    required: bool
    """Whether it says that nothing acts which was not activated."""
    needs_two: bool
    """Whether it says that two must activate what comes after it."""
    text: str
    """The file as it was activated."""
    impact: dict[str, int] = {}
    """What became of recorded events under it: how many ended alike, and what was different in how many others."""
