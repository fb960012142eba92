"""Every error this software raises on purpose, as one tree.

TriageError
├── UsageError            the caller asked for something that does not make sense
├── InputError            a file, row or case cannot be read; the rest of the batch goes on
├── ConfigurationError    settings, policy or prompts are wrong; nothing starts
├── StoreError            the store cannot be opened or written: fail closed
│   ├── ChainBroken       a record was changed, removed or inserted
│   ├── KeyMissing        the key of a record is gone (erased) or its file is not here
│   ├── NotStorable       a value that the database cannot hold: trying again does not help
│   └── Conflict          somebody else changed it first (compare-and-set)
├── DecisionRefused       this person may not decide this card, or not like this
├── SwitchedOff           somebody has switched the software off; events wait
├── OdooError             Odoo gave no usable answer
│   ├── OdooUnavailable   down, slow, or something else answers in its place: may work later
│   ├── AccessDenied      the key is wrong or expired, or the service user lacks a right
│   ├── RecordMissing     the record is not there (any more)
│   └── OdooRejected      Odoo refused the call: a rule, an unknown field, model or method
└── ModelError            a model gave no usable answer
    ├── ModelUnavailable  down, slow, rate-limited: may work later
    │   └── OverBudget    the company's budget of this day is spent
    ├── ModelRefused      the model or endpoint declined
    │   └── NotSupported  the endpoint lacks this way of asking; another way is tried
    ├── ModelInvalid      the answer does not fit its type, after repair
    └── ReplayMiss        no recorded answer for this request

A message says what was wrong, with which file, record or setting, and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self


class TriageError(Exception):
    """Base of all errors raised on purpose. `str(error)` is meant for the user."""

    code = ""
    """Name of the sentence that says the same in the reader's language; empty where there is only the English one."""
    values: Mapping[str, Any] = {}
    """What stands in that sentence, by place: texts, numbers, times, and values of the domain."""

    def coded(self, code: str, **values: Any) -> Self:
        """This error, with a name for what it says: for pages, which say it in the reader's language."""
        self.code, self.values = code, values
        return self


class UsageError(TriageError):
    """The call does not make sense."""


class InputError(TriageError):
    """A file, row or case cannot be read. `source` names it."""

    def __init__(self, source: str, problem: str, remedy: str = "") -> None:
        self.source = source
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{source}: {problem}" + (f" {remedy}" if remedy else ""))


class ConfigurationError(TriageError):
    """Settings, policy or prompts are wrong; nothing starts with them."""


class StoreError(TriageError):
    """The store cannot be opened, read or written. Nothing happens that cannot be recorded."""

    again = False
    """Whether nothing was recorded and the same, run again, may well succeed."""


class ChainBroken(StoreError):
    """The journal does not verify."""


class KeyMissing(StoreError):
    """A record cannot be opened because its key is gone."""


class NewerRecord(StoreError):
    """A record says what only a newer version of this software understands.

    Who only reads leaves that out; who would act on it leaves it to that version.
    """

    def __init__(self, message: str, version: int) -> None:
        self.version = version
        """The version that wrote it, as `triage.domain.base.version_number` counts."""
        super().__init__(message)


class NotStorable(StoreError):
    """The database cannot hold a value, such as a text with the character NUL: that is no outage to wait for."""


class Conflict(StoreError):
    """The state changed in between; look again and decide anew."""


class DecisionRefused(TriageError):
    """The decision is not allowed; the message says why and what would be."""


class SwitchedOff(TriageError):
    """Somebody has switched the software off. Nothing is lost: the event stays open and is done once it is on again."""


class OdooError(TriageError):
    """Odoo gave no usable answer. The message names the record or call, and what to do."""


class OdooUnavailable(OdooError):
    """Odoo is down or too slow, or something else answers in its place; the same call may work later."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        """Seconds after which the server wants to be asked again; none where it did not say."""
        super().__init__(message)


class AccessDenied(OdooError):
    """The key is wrong or expired, or the service user lacks a right."""


class RecordMissing(OdooError):
    """The record is not there (any more)."""


class OdooRejected(OdooError):
    """Odoo refused the call: a constraint, a validation, an unknown field, model or method."""

    def __init__(self, message: str, kind: str = "") -> None:
        self.kind = kind
        """Name of Odoo's own exception class, `ValidationError` for one; empty where we refused."""
        super().__init__(message)


class ModelError(TriageError):
    """A model gave no usable answer."""

    calls: tuple[Any, ...] = ()
    """`ModelCall`s made before it failed: what left the house is recorded even where nothing usable came back."""


class ModelUnavailable(ModelError):
    """The endpoint is down, too slow or limits our rate; it may work later."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        """Seconds after which the endpoint wants to be asked again; none where it did not say."""
        super().__init__(message)


class OverBudget(ModelUnavailable):
    """The company's budget of this day is spent; nothing was sent."""


class ModelRefused(ModelError):
    """The model or its endpoint declined to answer."""


class NotSupported(ModelRefused):
    """The endpoint lacks this way of asking for structure. `lacking` is `api` or `format`."""

    def __init__(self, message: str, lacking: str) -> None:
        self.lacking = lacking
        super().__init__(message)


class ModelInvalid(ModelError):
    """The answer does not fit its type, even after one repair turn."""


class ReplayMiss(ModelError):
    """No answer is recorded for this request."""
