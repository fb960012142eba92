"""Every error as a problem detail (RFC 9457), `application/problem+json`: what was wrong and what to do, no secret."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, Field
from starlette.responses import Response

from triage.errors import (
    ConfigurationError,
    Conflict,
    DecisionRefused,
    InputError,
    KeyMissing,
    ModelError,
    NotStorable,
    OdooError,
    StoreError,
    TriageError,
    UsageError,
)

MEDIA_TYPE = "application/problem+json"
SOON = "5"
"""Seconds after which a sender may try again where the store could not take its word."""


class Flaw(BaseModel):
    """One wrong place in a request."""

    pointer: str = Field(description="JSON pointer into the body, or the name of a parameter.")
    detail: str


class ProblemBody(BaseModel):
    """A problem detail as RFC 9457 has it."""

    type: str = Field(default="about:blank", description="`about:blank`: the title says it all.")
    title: str
    status: int
    detail: str = Field(default="", description="What was wrong in this request, and what to do.")
    errors: list[Flaw] = Field(default=[], description="Each wrong place, where there are several.")


class Problem(Exception):
    """Ends a request with a problem detail."""

    def __init__(
        self, status: int, detail: str = "", *, errors: Sequence[Flaw] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        super().__init__(detail)


def response(problem: Problem) -> Response:
    """The answer that a problem is sent as."""
    title = HTTPStatus(problem.status).phrase
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": problem.status}
    body["detail"] = problem.detail
    body["errors"] = [flaw.model_dump() for flaw in problem.errors]
    return Response(
        json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace"),
        problem.status,
        problem.headers,
        MEDIA_TYPE,
    )


def not_there() -> Problem:
    """For an unknown source and for a wrong secret: nobody learns which of the two it was."""
    return Problem(404, "There is nothing here.")


def unavailable(detail: str) -> Problem:
    """The store cannot take it now."""
    return Problem(503, detail, headers={"Retry-After": SOON})


_SAID: tuple[tuple[type[TriageError], int, str], ...] = (
    (UsageError, 422, ""),
    (InputError, 422, ""),
    (DecisionRefused, 403, ""),
    (Conflict, 409, "Somebody else changed it meanwhile. Look at it again."),
    (KeyMissing, 410, "Its content was erased."),
    (NotStorable, 422, "It holds something that the store cannot keep, such as the character NUL."),
    (StoreError, 503, "The store cannot be used now. Nothing was recorded; try again."),
    (ConfigurationError, 503, "The service is set up wrongly; `/readyz` says what is wrong."),
    (ModelError, 503, "No model answered. Try again."),
    (OdooError, 503, "Odoo gives no answer. Try again."),
)
"""Status and words by kind of error; without words of its own an error speaks for itself."""


def of_error(error: TriageError) -> Problem:
    """What the caller is told of an error of this software. Paths and names of machines stay out of it."""
    for kind, status, words in _SAID:
        if isinstance(error, kind):
            return unavailable(words) if status == 503 else Problem(status, words or str(error))
    return Problem(500, "Something went wrong that nobody foresaw; the log names the request.")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: these statuses come as problem details."""
    schema = {"$ref": "#/components/schemas/ProblemBody"}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status in statuses
    }
