"""What a task sees: the case, what was read out of its documents, the facts and the answers so far."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from triage.domain.answers import Answer, Classification, Summary
from triage.domain.base import fingerprint
from triage.domain.cards import Before
from triage.domain.case import Case, Message, MessageKind
from triage.domain.causes import CauseAssessment
from triage.domain.facts import Fact
from triage.domain.papers import Paper
from triage.domain.policy import Policy
from triage.domain.priority import Priority
from triage.domain.reply import Reply
from triage.domain.routing import Routing

AnswerT = TypeVar("AnswerT", bound=Answer)


@dataclass(frozen=True)
class View:
    """Everything a task may look at. `plus` returns a new view with one more answer."""

    case: Case
    papers: tuple[Paper, ...] = ()
    facts: tuple[Fact, ...] = ()
    answers: dict[str, Answer] = field(default_factory=dict)
    before: Before | None = None
    """What the record's card said before; none where there is none."""
    policy: Policy = field(default_factory=Policy)
    """The policy that the facts were established under."""

    def plus(self, answer: Answer) -> View:
        """This view and one more answer, under the answer's task."""
        return replace(self, answers={**self.answers, answer.task: answer})

    @property
    def classification(self) -> Classification | None:
        """The classify task's answer, once there is one."""
        found = self.answers.get("classify")
        return found if isinstance(found, Classification) else None

    @property
    def summary(self) -> Summary | None:
        """The summarise task's answer, once there is one."""
        found = self.answers.get("summarise")
        return found if isinstance(found, Summary) else None

    @property
    def reply(self) -> Reply | None:
        """The reply task's answer, once there is one."""
        found = self.answers.get("reply")
        return found if isinstance(found, Reply) else None

    @property
    def routing(self) -> Routing | None:
        """The route task's answer, once there is one."""
        found = self.answers.get("route")
        return found if isinstance(found, Routing) else None

    @property
    def causes(self) -> CauseAssessment | None:
        """The cause task's answer, once there is one."""
        found = self.answers.get("cause")
        return found if isinstance(found, CauseAssessment) else None

    @property
    def priority(self) -> Priority | None:
        """The priority task's answer, once there is one."""
        found = self.answers.get("priority")
        return found if isinstance(found, Priority) else None

    def fact(self, name: str) -> Fact | None:
        """The first fact of this name, or none."""
        return next((fact for fact in self.facts if fact.name == name), None)

    def facts_named(self, prefix: str) -> tuple[Fact, ...]:
        """Facts whose name is `prefix` or starts with `prefix.`."""
        return tuple(f for f in self.facts if f.name == prefix or f.name.startswith(prefix + "."))

    @property
    def newest(self) -> Message | None:
        """The last message that a person or system wrote on purpose (no absence note, no bounce)."""
        written = [m for m in self.case.messages if m.kind is MessageKind.MESSAGE]
        return written[-1] if written else None

    def sources(self) -> dict[str, str]:
        """Every text that may be quoted, by the name that evidence gives it.

        `message:0`, `message:0:subject`, `message:0:quoted` count messages in the case's order;
        `document:0:page:1` counts papers, pages from 1; `document:0:xml` is the XML of an electronic document.
        """
        return self._sources

    @cached_property
    def _sources(self) -> dict[str, str]:
        texts: dict[str, str] = {}
        for n, message in enumerate(self.case.messages):
            texts[f"message:{n}"] = message.body
            texts[f"message:{n}:subject"] = message.subject
            texts[f"message:{n}:quoted"] = message.quoted
        for n, paper in enumerate(self.papers):
            for page in paper.pages:
                texts[f"document:{n}:page:{page.number}"] = page.text
            if paper.xml:
                texts[f"document:{n}:xml"] = paper.xml.text
        return {name: text for name, text in texts.items() if text.strip()}

    def fingerprint(self) -> str:
        """Of everything in it: equal views have equal fingerprints."""
        return fingerprint(
            [
                self.case.fingerprint(),
                [paper.fingerprint() for paper in self.papers],
                [fact.fingerprint() for fact in self.facts],
                {task: answer.fingerprint() for task, answer in sorted(self.answers.items())},
                *([self.before.fingerprint()] if self.before else []),
                *([self.policy.fingerprint()] if self.policy != Policy() else []),
            ]
        )
