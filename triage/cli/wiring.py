"""Puts the parts together: which store, which models, which source."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from triage.domain import Classification, Mode, Policy, Reply, Summary, View
from triage.errors import ConfigurationError
from triage.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from triage.audit.journal import Journal
    from triage.cards.store import CardStore
    from triage.domain.policies import PolicyBook
    from triage.pipeline import Desk, Extract, Publish, Source, Task, Withdraw
    from triage.storage.database import Database
    from triage.storage.keys import Keys
    from triage.storage.promises import PromiseLedger

EMBEDDED = "embedded"


def now() -> datetime:
    """The clock on the wall."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Store:
    """An open store with its keys."""

    database: Database
    keys: Keys
    journal: Journal
    cards: CardStore
    promises: PromiseLedger


@contextmanager
def open_store(settings: Settings, *, create: bool = False) -> Iterator[Store]:
    """Open the store of an installation; without `create` a missing one is an error that says what to do.

    A store without its key file is an error, too: a new one would fit nothing in it.
    """
    from triage.audit.journal import Journal
    from triage.audit.ledger import Ledger
    from triage.cards.store import CardStore
    from triage.storage.database import Database
    from triage.storage.keys import Keys
    from triage.storage.promises import PromiseLedger

    existed = Database.exists(settings.database)
    if not create and not existed:
        raise ConfigurationError(
            f"{'TRIAGE_DATABASE' if settings.database_url else settings.store}: there is no store yet. "
            "`triage run FILE...` makes one; TRIAGE_HOME, --home or TRIAGE_DATABASE says where it lies."
        )
    settings.make_home()
    # Keys first: where there is a store, its keys were there before it.
    opened = Keys.open(settings.key_store, create=not existed, keeper=settings.keeper())
    with opened as keys, Database.open(settings.database) as database:
        Ledger(settings.erasures).replay(keys, now())  # a restored backup brings back nothing that was forgotten
        yield Store(
            database,
            keys,
            Journal(database, keys, now),
            CardStore(database, keys, now),
            PromiseLedger(database, keys),
        )


def desk(
    store: Store,
    source: Source,
    policy: Policy,
    model: str,
    *,
    has_odoo: bool = False,
    publish: Publish | None = None,
    withdraw: Withdraw | None = None,
    policies: PolicyBook | None = None,
) -> Desk:
    """Everything the path needs. Raises `ConfigurationError` where policy asks for what is not connected, and where
    only what was activated may act and something of this was not.

    `publish` and `withdraw` are for what runs by itself. On the command line a person says `--post`, whatever the
    policy's mode. `policies` are those of single companies; what models are set up with is the same in all.
    """
    from triage.audit.activation import Activations
    from triage.cli.acting import parts_of
    from triage.domain.policies import PolicyBook
    from triage.odoo.remembering import Remembering
    from triage.pipeline import Desk, one_policy

    modes = {mode for each in (policies.every() if policies else (policy,)) for mode in _modes(each)}
    if not has_odoo and publish is None and Mode.ADVISE in modes:
        raise ConfigurationError(
            "policy: mode `advise` publishes into Odoo, and no Odoo is connected here. "
            "Use `shadow`, which does everything else."
        )
    asked = model if model == EMBEDDED else guarded(_chat_model(model, policy), store, policies or PolicyBook(policy))
    reads, asks = extractor(asked, policy), tasks(asked, policy)
    Activations(store.journal, now).check_parts(policies or PolicyBook(policy), model, parts_of(reads, asks))
    return Desk(
        journal=store.journal,
        source=Remembering(source, store.promises.keep),
        policies=policies or one_policy(policy),
        extract=reads,
        tasks=asks,
        cards=store.cards,
        publish=publish,
        withdraw=withdraw,
    )


def guarded(model: BaseChatModel, store: Store, policies: PolicyBook) -> BaseChatModel:
    """A model on a server, behind the breaker of its address and the budgets of the companies; others as they are."""
    from triage.models.budget import Budget
    from triage.models.chat import OpenAIChat
    from triage.models.guarded import GuardedChat
    from triage.storage.budgets import Spending

    if not isinstance(model, OpenAIChat):
        return model
    return GuardedChat.of(model, Budget(Spending(store.database), lambda name: policies.of(name).budgets, now))


def _modes(policy: Policy) -> set[Mode]:
    return {policy.default_mode, *policy.modes.values()}


def tasks(model: str | BaseChatModel, policy: Policy) -> list[Task]:
    """The questions to a view, in the order in which they are asked."""
    from triage.tasks.route.active import active_router

    return [
        classifier(model, policy),
        explainer(),
        prioritiser(),
        summariser(model, policy),
        replier(model, policy),
        active_router(os.environ),
    ]


def classifier(model: str | BaseChatModel, policy: Policy) -> Task:
    """The classify task: embedded, or prompted with the embedded one beside it and behind it."""
    from triage.tasks.classify.embedded import EmbeddedClassifier

    embedded = EmbeddedClassifier.load()
    if model == EMBEDDED:
        return embedded
    from triage.tasks.classify.combined import CombinedClassifier, active_agreement
    from triage.tasks.classify.prompted import PromptedClassifier
    from triage.tasks.fallback import Fallback

    prompted = PromptedClassifier(_chat_model(model, policy), replace=policy.replace)
    both = CombinedClassifier(prompted, embedded, active_agreement(os.environ))
    return Fallback[View, Classification](both, embedded)


def summariser(model: str | BaseChatModel, policy: Policy, language: str | None = None) -> Task:
    """The summarise task, likewise; `language` is the reader's, where policy's or the company's is not meant."""
    from triage.tasks.summarise.embedded import EmbeddedSummariser

    embedded = EmbeddedSummariser(language)
    if model == EMBEDDED:
        return embedded
    from triage.tasks.fallback import Fallback
    from triage.tasks.summarise.prompted import PromptedSummariser

    prompted = PromptedSummariser(_chat_model(model, policy), replace=policy.replace, language=language)
    return Fallback[View, Summary](prompted, embedded)


def explainer() -> Task:
    """The cause task: embedded, whatever the model; what a chat model says of causes is not asked yet."""
    from triage.tasks.cause.embedded import EmbeddedCauses

    return EmbeddedCauses()


def prioritiser() -> Task:
    """The priority task: adds up facts, so that it has no other implementation."""
    from triage.tasks.prioritise.embedded import Prioritiser

    return Prioritiser()


def replier(model: str | BaseChatModel, policy: Policy) -> Task:
    """The reply task, likewise."""
    from triage.tasks.reply.embedded import EmbeddedReplier

    embedded = EmbeddedReplier()
    if model == EMBEDDED:
        return embedded
    from triage.tasks.fallback import Fallback
    from triage.tasks.reply.prompted import PromptedReplier

    return Fallback[View, Reply](PromptedReplier(_chat_model(model, policy), replace=policy.replace), embedded)


def extractor(model: str | BaseChatModel, policy: Policy) -> Extract:
    """The extract task, likewise."""
    from triage.documents.ocr import installed_recogniser
    from triage.tasks.extract.embedded import EmbeddedExtractor

    recogniser = installed_recogniser(policy.limits)
    embedded = EmbeddedExtractor(policy.limits, recogniser)
    if model == EMBEDDED:
        return embedded
    from triage.tasks.extract.combined import CombinedExtractor
    from triage.tasks.extract.prompted import PromptedExtractor

    chat = _chat_model(model, policy)
    prompted = PromptedExtractor(chat, limits=policy.limits, recogniser=recogniser, replace=policy.replace)
    return CombinedExtractor(prompted, embedded)


def _chat_model(model: str | BaseChatModel, policy: Policy) -> BaseChatModel:
    from triage.models.catalogue import chat_model

    return chat_model(model, policy, os.environ) if isinstance(model, str) else model
