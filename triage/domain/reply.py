"""A draft of an answer to whoever wrote, for a person to finish and to send."""

from __future__ import annotations

from triage.domain.answers import Answer
from triage.domain.case import Role


class Reply(Answer):
    """What could be answered, from checked facts only. It is never sent by this software."""

    task: str = "reply"
    text: str = ""
    """Lines and paragraphs as they would stand in the mail; empty where there is nobody to answer."""
    language: str = "und"
    """ISO 639-1 of the text: the language of whoever is answered."""
    to: Role = Role.UNKNOWN
    """Who would read it; what may stand in it depends on that."""
    blanks: tuple[str, ...] = ()
    """What a person must decide and fill in, as it stands in the text between square brackets."""
    facts: tuple[str, ...] = ()
    """Ids of the facts that it tells."""
