"""What was put into force, by whom; and whether the policy in the file, and what works with it, is that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from triage import __version__
from triage.audit.checkpoints import STORE
from triage.audit.journal import Journal
from triage.domain.activation import Activated
from triage.domain.base import fingerprint
from triage.domain.policies import PolicyBook
from triage.errors import ConfigurationError, KeyMissing, UsageError
from triage.storage import records

KIND = "activation"


@dataclass(frozen=True)
class Last:
    """The latest activation."""

    seq: int
    value: Activated | None
    """None where its content was erased. Then all is required of what comes that could have been required."""

    @property
    def required(self) -> bool:
        """Whether only what was activated may act."""
        return self.value is None or self.value.required

    @property
    def needs_two(self) -> bool:
        """Whether two must activate what comes next."""
        return self.value is None or self.value.needs_two


class Activations:
    """The activations of one store: records of the kind `activation` in the stream about the store itself."""

    def __init__(self, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._clock = clock

    def last(self) -> Last | None:
        """The latest activation; none where nothing was ever activated. Raises `ChainBroken` where it was changed."""
        database = self._journal.database
        sql = "SELECT seq FROM journal WHERE stream = ? AND kind = ? ORDER BY seq DESC LIMIT 1"
        rows = database.query(sql, (STORE, KIND))
        record = records.at(database, STORE, rows[0]["seq"]) if rows else None
        if record is None:
            return None
        try:
            return Last(record.seq, cast(Activated, self._journal.opened(record)))
        except KeyMissing:
            return Last(record.seq, None)

    def activate(
        self,
        book: PolicyBook,
        text: str,
        *,
        by: str,
        why: str,
        second: str | None = None,
        impact: Mapping[str, int] | None = None,
        models: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Activated:
        """Put these policies into force, which stand in a file with this text, and with them `models`: of each that may
        be asked, the names and hashes of what acts on its answers.

        Raises `UsageError` where nobody or no reason is named, or where the policy in force wants a second person and
        there is none.
        """
        one, reason = " ".join(by.split()), why.strip()
        other = " ".join(second.split()) if second else None
        if not one or not reason:
            raise UsageError("who activates it, and why? Name both: --by NAME --why REASON.")
        if other is not None and other.casefold() == one.casefold():
            raise UsageError(f"{other}: is the same person. The second one must be somebody else.")
        before = self.last()
        if before is not None and before.needs_two and other is None:
            raise UsageError("the policy in force wants two people for another one: name the other with --second NAME.")
        value = Activated(
            policy=book.fingerprint(),
            by=one,
            second=other,
            why=reason,
            at=self._clock(),
            required=book.base.require_activation,
            needs_two=book.base.activation_needs_two,
            text=text,
            models={name: dict(parts) for name, parts in (models or {}).items()},
            software=__version__,
            impact=dict(impact or {}),
        )
        self._journal.record(
            stream=STORE,
            kind=KIND,
            case=self._journal.keys.case_id(STORE, "activations"),
            event=None,
            value=value,
            acting={"policy": value.policy}
            | {f"model:{name}": fingerprint(parts) for name, parts in value.models.items()},
            subjects=[one, *([other] if other else [])],
        )
        return value

    def check(self, book: PolicyBook) -> PolicyBook:
        """These policies, if they may act.

        Raises `ConfigurationError` where only an activated policy may and this is another one. So it is where the file
        says `require_activation`, or where the policy that was activated last said so: leaving the entry out of the
        file does not undo it.
        """
        self._in_force(book)
        return book

    def is_required(self, book: PolicyBook) -> bool:
        """Whether only what was activated may act."""
        last = self.last()
        return book.base.require_activation or (last is not None and last.required)

    def check_parts(self, book: PolicyBook, model: str, parts: Mapping[str, str]) -> None:
        """Whether this model may be asked, with these prompts, layers, rules and thresholds (step and part → hash).

        What is compared are the steps that stand in `parts`. Raises `ConfigurationError` where only what was activated
        may act and this was not.
        """
        value = self._in_force(book)
        if value is None:
            return
        known = value.models.get(model)
        if known is None:
            there = ", ".join(sorted(value.models)) or "none"
            raise ConfigurationError(_refused(f"model {model} was not activated with it (activated: {there})", model))
        steps = {_step(name) for name in parts}
        for name in sorted({*parts, *(name for name in known if _step(name) in steps)}):
            here, then = parts.get(name, "none"), known.get(name, "none")
            if here != then:
                raise ConfigurationError(_refused(f"{name} is {here[:12]} here, activated is {then[:12]}", model))

    def _in_force(self, book: PolicyBook) -> Activated | None:
        """What was activated, where only that may act and these policies are it; none where anything may act."""
        last = self.last()
        if not book.base.require_activation and (last is None or not last.required):
            return None
        if last is None or last.value is None:
            raise ConfigurationError(_refused("no policy was activated yet" if last is None else "what was is erased"))
        if last.value.policy != book.fingerprint():
            raise ConfigurationError(
                _refused(f"the policy in the file is {book.fingerprint()[:12]}, activated is {last.value.policy[:12]}")
            )
        return last.value


def _step(name: str) -> str:
    return name.partition("/")[0]


def _refused(what: str, model: str = "") -> str:
    named = f" --model {model}" if model else ""
    does = f"`triage policy activate{'' if model else ' FILE'}{named} --by NAME --why REASON` does it."
    return f"only an activated policy may act, and {what}. {does}"


__all__ = ["KIND", "Activations", "Last"]
