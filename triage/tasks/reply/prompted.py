"""The prompted reply: a chat model drafts the answer by the reply prompt, told only what its reader may know."""

from __future__ import annotations

import re
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import BaseModel, Field

from triage.domain import Abstention, PrivateKind, Reply, View
from triage.models.structured import PATIENCE, Patience
from triage.tasks.asking import EVERY_KIND, Asking, prompt_for
from triage.tasks.briefing import briefing
from triage.tasks.reply.embedded import matter, no_reply
from triage.tasks.summarise.punctual import writer_language
from triage.tasks.summarise.reader import reader_language
from triage.verify.replies import audience, seen_by

_MOST_TEXT = 3000
_BLANK = re.compile(r"\[([^\[\]\n]{1,80})\]")


class ReplyAnswer(BaseModel):
    """The model's answer to the reply prompt."""

    text: str = Field(min_length=1)
    language: str = "und"


class PromptedReplier(Runnable[View, Reply]):
    """Asks a chat model for a draft. It is told neither confidential facts nor anything that its reader may not know.

    Raises `ModelError` where the model gives no usable answer. Figures are verified elsewhere.
    """

    key = "reply"

    def __init__(
        self,
        model: BaseChatModel,
        *,
        replace: frozenset[PrivateKind] = EVERY_KIND,
        version: int | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self.asking = Asking(model, prompt_for("reply", version), ReplyAnswer, replace, patience)
        self.producer = self.asking.producer
        self.acting = self.asking.acting

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Reply:  # noqa: A002
        """The draft for one view; an abstention, without asking, where there is nobody to answer."""
        main = matter(input)
        if (reason := no_reply(input, main)) is not None:
            return Reply(by=self.producer, abstained=Abstention(reason=reason))
        who, language = audience(input), writer_language(input)
        border = self.asking.border(input.case)
        told = briefing(seen_by(input, who), border, confidential=False)
        given = told.inputs | {
            "reader_language": reader_language(input),
            "writer_language": language,
            "to": who.value,
            "classification": main.category.value + (f" / {main.subtype}" if main.subtype else "") if main else "",
        }
        answer, call = self.asking.ask(border, told.marker, **given)
        text = _text(answer.text)
        return Reply(
            by=self.producer,
            calls=(call,),
            text=text,
            language=language,
            to=who,
            blanks=tuple(dict.fromkeys(_BLANK.findall(text))),
        )


def _text(said: str) -> str:
    """Lines of bounded length without control characters."""
    lines = ("".join(c for c in line if c.isprintable()).rstrip() for line in said[:_MOST_TEXT].splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
