"""Whose model calls these are: known to the path, needed where calls are counted, and passed through neither task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from triage.domain import Company

_CHARGED: ContextVar[Company | None] = ContextVar("charged", default=None)


@contextmanager
def charged_to(company: Company) -> Iterator[None]:
    """Model calls inside the block, in this thread, are this company's."""
    token = _CHARGED.set(company)
    try:
        yield
    finally:
        _CHARGED.reset(token)


def charged() -> Company | None:
    """Whose model calls these are; none outside of `charged_to`."""
    return _CHARGED.get()
