"""What in policy and configuration does not fit together: modes, deciders, endpoints, models, budgets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from triage.cli.config_files import check_mode
from triage.cli.config_findings import Finding, bad, note, warning
from triage.domain import Category, Mode, Policy
from triage.domain.policies import PolicyBook
from triage.domain.policy import is_duty
from triage.errors import ConfigurationError
from triage.jobs.configuration import JobsConfiguration
from triage.models.catalogue import chat_model
from triage.settings import Settings

_EMBEDDED = "embedded"


def check_policy(settings: Settings, book: PolicyBook, has_odoo: bool) -> Iterator[Finding]:
    """Entries that contradict each other, of all companies."""
    where = str(settings.policy_file)
    named = {"": book.base} | {f"companies.{name}: ": policy for name, policy in book.by_company.items()}
    for about, policy in named.items():
        if not has_odoo and Mode.ADVISE in {policy.default_mode, *policy.modes.values()}:
            yield bad(where, f"{about}mode `advise` publishes into Odoo, and no Odoo is named. Use `shadow`.")
        yield from (each for each in _deciders(where, about, policy))
    endpoints = {endpoint.name for endpoint in book.base.endpoints} or {"openai"}
    for about, policy in named.items():
        for priced in policy.budgets.prices:
            if priced.partition(":")[0] not in endpoints:
                yield warning(
                    where, f"{about}budgets.prices.{priced}: no endpoint is called so; nothing is counted by it."
                )
        if policy.budgets.money_per_day is not None and not policy.budgets.prices:
            yield warning(where, f"{about}budgets.money_per_day: without prices nothing is ever spent.")


def check_models(
    settings: Settings,
    policy: Policy,
    jobs: JobsConfiguration,
    models: Mapping[str, str],
    environment: Mapping[str, str],
) -> Iterator[Finding]:
    """The models that are asked (where they are named → which), and the endpoints that may be."""
    for where, spec in models.items():
        if spec != _EMBEDDED:
            try:
                chat_model(spec, policy, environment)
            except ConfigurationError as error:
                yield bad(where, f"model: {error}")
    asked = {spec.partition(":")[0] for spec in models.values()}
    for endpoint in policy.endpoints:
        try:
            chat_model(f"{endpoint.name}:any", policy, environment)
        except ConfigurationError as error:
            if endpoint.name not in asked:
                yield warning(str(settings.policy_file), str(error))
    known = {endpoint.name for endpoint in policy.endpoints} or {"openai"}
    for name in sorted(set(jobs.endpoints) - known):
        yield warning(str(settings.home / "jobs.yaml"), f"endpoints.{name}: the policy lists no endpoint of this name.")
    for name, value in environment.items():
        if name.endswith("_API_KEY_FILE") and value.strip():
            from pathlib import Path

            yield from check_mode(Path(value.strip()), f"the key that {name} names")


def _deciders(where: str, about: str, policy: Policy) -> Iterator[Finding]:
    if not policy.deciders:
        yield note(where, f"{about}deciders: is empty, so that whoever can open the store decides.")
        return
    for category in Category:
        may = policy.deciders_of([category])
        several = len(may) > 1 or any(is_duty(who) for who in may)
        if category in policy.second_person and not several:
            yield bad(
                where,
                f"{about}second_person: {category.value} needs two people, and deciders names "
                f"{'one' if may else 'none'}.",
            )
        elif not may and policy.mode(category) is not Mode.OFF:
            yield warning(where, f"{about}deciders: nobody may decide {category.value}.")


__all__ = ["check_models", "check_policy"]
