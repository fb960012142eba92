"""Cursors: where the next page begins, and for which question."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Annotated, Any

from fastapi import Query

from service.problems import Problem

Limit = Annotated[int, Query(ge=1, le=200, description="How many on a page.")]
Cursor = Annotated[str | None, Query(max_length=400, description="`next` of the page before.")]


def write(question: Any, after: Any) -> str:
    """A cursor that begins after this place, good for this question only."""
    return base64.urlsafe_b64encode(json.dumps([_digest(question), after]).encode()).decode().rstrip("=")


def read(cursor: str | None, question: Any, first: Any) -> Any:
    """The place after which the page begins. Raises a 422 where the cursor is not one of this question."""
    if cursor is None:
        return first
    try:
        of, after = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise Problem(422, "`cursor` is none of ours: give `next` of the page before.") from error
    if of != _digest(question) or not _alike(after, first):
        raise Problem(422, "`cursor` belongs to another question: keep the filters, or begin anew without it.")
    return after


def _digest(question: Any) -> str:
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:16]


def _alike(after: Any, first: Any) -> bool:
    if isinstance(first, list):
        return isinstance(after, list) and len(after) == len(first) and all(map(_alike, after, first))
    return type(after) is type(first) and (not isinstance(after, int) or 0 <= after < 2**53)
