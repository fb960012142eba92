"""One policy for all companies, and what single companies have otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from triage.domain.base import fingerprint
from triage.domain.case import Company
from triage.domain.policy import Policy

COMPANIES = "companies"
"""The entry of the policy file under which companies stand by name."""

FOR_ALL = frozenset({"endpoints", "replace", "limits", "require_activation", "activation_needs_two", "time_stamping"})
"""Entries that no company may have otherwise: models are set up with them, before anybody knows whose case comes, and
checkpoints are of the whole store."""

_WHOLE = frozenset({"deciders"})
"""Tables that a company's own replace rather than add to: who may decide there must all stand there."""


@dataclass(frozen=True)
class PolicyBook:
    """The policies of an installation."""

    base: Policy
    by_company: Mapping[str, Policy] = field(default_factory=dict)

    def current(self, company: Company) -> Policy:
        """The policy of a company."""
        return self.of(company.name)

    def of(self, company: str) -> Policy:
        """The policy of the company with this name."""
        return self.by_company.get(company, self.base)

    def fingerprint(self) -> str:
        """Of all of them together; where no company has its own, that of the one policy."""
        if not self.by_company:
            return self.base.fingerprint()
        own = {name: policy.fingerprint() for name, policy in sorted(self.by_company.items())}
        return fingerprint([self.base.fingerprint(), own])

    def every(self) -> tuple[Policy, ...]:
        """All policies, that for all first."""
        return (self.base, *self.by_company.values())


def merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a company: its own in place of the base's, tables key by key."""
    found = dict(base)
    for name, value in own.items():
        old = found.get(name)
        both = isinstance(old, Mapping) and isinstance(value, Mapping) and name not in _WHOLE
        found[name] = merged(old, value) if both else value  # type: ignore[arg-type]
    return found
