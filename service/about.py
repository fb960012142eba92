"""What a request turned out to be about, for its line in the log: ids of jobs and cards, never what these say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_ABOUT: ContextVar[dict[str, str] | None] = ContextVar("about", default=None)


@contextmanager
def one_request() -> Iterator[Mapping[str, str]]:
    """What is named inside the block, also in threads that work for it."""
    named: dict[str, str] = {}
    token = _ABOUT.set(named)
    try:
        yield named
    finally:
        _ABOUT.reset(token)


def about(**ids: str) -> None:
    """Name what the request under way is about; outside of one it is forgotten."""
    named = _ABOUT.get()
    if named is not None:
        named.update(ids)


__all__ = ["about", "one_request"]
