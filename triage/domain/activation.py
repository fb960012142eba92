"""That a named person has put into force what acts: a policy, and with it prompts, models and learnt layers."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from triage.domain.base import Frozen, Moment

Named = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]


class Activated(Frozen):
    """An activation: from now on this policy acts, and with it these models."""

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
    models: dict[str, dict[str, str]] = {}
    """Models that may be asked, by the name that `--model` takes; of each, everything that acts on its answers: step
    and part (`classify/layer`, `classify/classify.prompt:…`) → hash. Empty in those that an earlier version made."""
    software: str = ""
    """Version of this software that computed the hashes."""
    impact: dict[str, int] = {}
    """What became of recorded events under it: how many ended alike, and what was different in how many others."""
