"""Answering a call of OCA's bridge: waiting a while for the outcome of its arrival."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fastapi.responses import JSONResponse
from starlette.responses import Response

from service.configuration import Source
from service.installation import Installation
from service.problems import Problem
from triage.domain import Abstained, Advised, Card, RecordRef
from triage.errors import KeyMissing, UsageError
from triage.odoo.bridge import answer, answer_path

_LOOK_EVERY = 0.2

ANSWERED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Arguments of `message_post`.",
        "content": {
            "application/json": {
                "schema": {"type": "object", "required": ["body", "message_type", "subtype_xmlid"]},
                "example": {
                    "body": "<p><strong>Triage: stock</strong></p><p>40 of 100 bolts are missing.</p>",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_note",
                    "body_is_html": True,
                },
            }
        },
    }
}


def path_of(address: str, source: Source, installation: Installation) -> str:
    """The path of a call's address for its answer. Raises a 422 where it does not lead to the configured Odoo."""
    try:
        return answer_path(address, installation.connection(), source.answer_url)
    except UsageError as error:
        raise Problem(422, str(error)) from error


async def wait_for_answer(installation: Installation, source: Source, arrival: str, ref: RecordRef) -> Response:
    """The answer, once the arrival has ended. Raises a 504 where that takes longer than the source waits."""
    until = time.monotonic() + source.wait_seconds
    while True:
        found = await asyncio.to_thread(_answer, installation, source, arrival, ref)
        if found is not None:
            return JSONResponse(found)
        if time.monotonic() + _LOOK_EVERY > until:
            raise Problem(504, "It is kept and will be read, but that takes longer than this call may wait.")
        await asyncio.sleep(_LOOK_EVERY)


def _answer(installation: Installation, source: Source, arrival: str, ref: RecordRef) -> dict[str, Any] | None:
    opened = installation.opened()
    row = opened.inbox.get(arrival)
    outcome = None if row is None else opened.inbox.outcome(row)
    if outcome is None:
        return None
    cards: list[Card] = []
    if isinstance(outcome, Advised | Abstained):
        for card in outcome.cards:
            try:
                cards.append(opened.store.cards.get(card))
            except KeyMissing:
                continue
    return answer(outcome, cards, ref, html_flag=source.html_flag)
