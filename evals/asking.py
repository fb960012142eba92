"""Which tasks a run measures: embedded ones, or prompted ones without the embedded ones behind them.

A prompted task is measured alone: with a fallback, a refusal would be scored as the embedded model's answer. Every
exchange can be recorded, and a run can be asked from a record instead of a model.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.answering import Price, Tasks
from triage.cli.wiring import EMBEDDED, classifier, explainer, extractor, prioritiser, replier, summariser
from triage.domain import Policy
from triage.errors import UsageError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

ANSWERS = "answers.jsonl"
PROMPTS = ("classify", "summarise", "extract", "reply")


def embedded_tasks(policy: Policy) -> Tasks:
    """The tasks that need no network."""
    read = _once(lambda: extractor(EMBEDDED, policy))
    return Tasks(
        policy,
        {
            "classify": lambda: classifier(EMBEDDED, policy),
            "cause": explainer,
            "priority": prioritiser,
            "reply": lambda: replier(EMBEDDED, policy),
            "summarise": lambda: summariser(EMBEDDED, policy),
            "extract": read,
            "read": read,
        },
    )


def prompted_tasks(chat: BaseChatModel, policy: Policy, versions: Mapping[str, int], price: Price | None) -> Tasks:
    """The tasks as this chat model answers them. Attachments of cases are read by the embedded reader."""
    return Tasks(
        policy,
        {
            "classify": lambda: _prompted_classifier(chat, policy, versions.get("classify")),
            "cause": explainer,
            "priority": prioritiser,
            "reply": lambda: _prompted_replier(chat, policy, versions.get("reply")),
            "summarise": lambda: _prompted_summariser(chat, policy, versions.get("summarise")),
            "extract": lambda: _prompted_extractor(chat, policy, versions.get("extract")),
            "read": lambda: extractor(EMBEDDED, policy),
        },
        price,
    )


def _once(make: Any) -> Any:
    made: list[Any] = []

    def get() -> Any:
        if not made:
            made.append(make())
        return made[0]

    return get


def _prompted_classifier(chat: BaseChatModel, policy: Policy, version: int | None) -> Any:
    from triage.tasks.classify.prompted import PromptedClassifier

    return PromptedClassifier(chat, replace=policy.replace, version=version)


def _prompted_replier(chat: BaseChatModel, policy: Policy, version: int | None) -> Any:
    from triage.tasks.reply.prompted import PromptedReplier

    return PromptedReplier(chat, replace=policy.replace, version=version)


def _prompted_summariser(chat: BaseChatModel, policy: Policy, version: int | None) -> Any:
    from triage.tasks.summarise.prompted import PromptedSummariser

    return PromptedSummariser(chat, replace=policy.replace, version=version)


def _prompted_extractor(chat: BaseChatModel, policy: Policy, version: int | None) -> Any:
    from triage.tasks.extract.prompted import PromptedExtractor

    return PromptedExtractor(chat, limits=policy.limits, replace=policy.replace, version=version)


def chat_of(model: str, policy: Policy, record: Path | None, replay: Path | None) -> BaseChatModel:
    """The chat model of a run: asked, asked and recorded, or answered from the record of an earlier run.

    `record` is the file to record to. Where it holds answers already (a run that was killed), these are used and only
    what is missing is asked.
    """
    from triage.models.catalogue import chat_model
    from triage.models.replay import replaying

    if replay is not None:
        return replaying(replay, _which(model))
    chat = chat_model(model, policy, os.environ)
    if record is None:
        return chat
    from evals.remembering import remembering

    return remembering(chat, record)


def _which(model: str) -> str | None:
    """`ENDPOINT:MODEL` of a model's name, as a record has it."""
    return None if model.partition(":")[0] in (EMBEDDED, "replay") else model


def prompt_versions(wanted: Sequence[str]) -> dict[str, int]:
    """`classify/2` → version 2 of the classify prompt. Raises `UsageError` for what is no prompt."""
    found: dict[str, int] = {}
    for text in wanted:
        task, _, version = text.partition("/")
        if task not in PROMPTS or not version.isdigit():
            raise UsageError(f"prompt {text!r}: write it as TASK/VERSION, for example classify/1.")
        found[task] = int(version)
    return found


def price_of(text: str | None) -> Price | None:
    """`0.15/0.60`: money for a million tokens in and out. Raises `UsageError` for anything else."""
    if text is None:
        return None
    given, _, made = text.partition("/")
    try:
        return Price(float(given), float(made))
    except ValueError as error:
        raise UsageError(
            f"price {text!r}: write it as INPUT/OUTPUT for a million tokens, for example 0.15/0.60."
        ) from error
