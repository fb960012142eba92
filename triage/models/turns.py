"""Whose turn it is at a model server: set around a task by whoever bounds it, taken around each single exchange.

So the embedded part of a task, the making of its prompt and the wait before another attempt hold nobody else up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

Turn = Callable[[], AbstractContextManager[None]]
"""Gives a block that runs when it may."""

_TURN: ContextVar[Turn] = ContextVar("turn", default=nullcontext)


@contextmanager
def taking_turns(turn: Turn) -> Iterator[None]:
    """Exchanges with a model server inside the block, in this thread, wait for `turn`."""
    token = _TURN.set(turn)
    try:
        yield
    finally:
        _TURN.reset(token)


def turn() -> AbstractContextManager[None]:
    """A block for one exchange; at once where nobody bounds it."""
    return _TURN.get()()


__all__ = ["Turn", "taking_turns", "turn"]
