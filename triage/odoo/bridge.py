"""Answers to OCA's `ai_oca_bridge`: what stands in them, and posting them to Odoo afterwards.

The bridge takes the arguments of `message_post`. Its address for a later answer is believed only where it leads to the
configured Odoo; of it the path alone is kept, and the answer goes to that Odoo whatever the rest of it said. Each such
address works once, so posting again is harmless.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from triage.domain import Card, NoException, Outcome, RecordRef
from triage.errors import OdooRejected, OdooUnavailable, UsageError
from triage.odoo.connection import Connection
from triage.odoo.gate.inside import rendered
from triage.odoo.note import note_text
from triage.odoo.own_words import DISCLAIMER
from triage.odoo.transport.http import Http, Pace

_PATH = re.compile(r"/ai/response/[1-9][0-9]{0,15}/[0-9a-f]{16,128}")
_ENDED = {
    "coalesced": "Order triage has just read this record; nothing has changed since.",
    "superseded": "Order triage reads this record anew; the newer reading will be answered.",
    "gone": "Order triage cannot see this record: it is gone, or the service user may not read it.",
    "dead_letter": "Order triage could not read this record; a person will look at it.",
}
_NOTHING = "no order exception"
_MOST_SECONDS = 30.0


def answer_path(address: str, connection: Connection | None, known_as: str | None = None) -> str:
    """The path of an address for a later answer.

    `known_as`: the address under which Odoo knows itself, where that is another than the connection's. Raises
    `UsageError` where the address leads anywhere but to the configured Odoo, or is none of the bridge's.
    """
    if connection is None:
        raise UsageError("no Odoo is configured to which an answer could go.")
    allowed = [url.rstrip("/") for url in (connection.url, known_as) if url]
    try:
        found = urlsplit(address)
        origin = f"{found.scheme}://{found.netloc}".lower()
    except ValueError as error:
        raise UsageError("`_response_url` is no address.") from error
    base = next((url for url in allowed if address.lower().startswith(f"{url.lower()}/")), None)
    if base is None or origin not in {_origin(url) for url in allowed}:
        raise UsageError("`_response_url` does not lead to the configured Odoo; answers go nowhere else.")
    path = address[len(base) :]
    if not _PATH.fullmatch(path):
        raise UsageError("`_response_url` is no address for answers of ai_oca_bridge.")
    return path


def answer(outcome: Outcome, cards: Sequence[Card], record: RecordRef, *, html_flag: bool = True) -> dict[str, Any]:
    """The arguments of `message_post` for how an arrival ended: an internal note that only the record's readers see.

    `html_flag`: say that the body is HTML. Odoo 17 and later would show the tags otherwise; 16 does not know the flag.
    """
    notes = [rendered(note_text(card, record.model).model_dump(mode="json")) for card in cards]
    body = "<hr/>".join(notes) or rendered({"title": "Order triage", "summary": _said(outcome), "footer": DISCLAIMER})
    posted: dict[str, Any] = {"body": body, "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
    return posted | ({"body_is_html": True} if html_flag else {})


def post_answer(connection: Connection, path: str, posted: dict[str, Any]) -> bool:
    """Post an answer to a path that `answer_path` gave. False where its time is over or it was answered before.

    Raises `OdooUnavailable` where Odoo does not answer (try again) and `OdooRejected` where it refuses.
    """
    if not _PATH.fullmatch(path):
        raise OdooRejected("the path of the answer is none of ai_oca_bridge's.")
    http = Http(connection.url, min(connection.timeout_seconds, _MOST_SECONDS), Pace(connection.calls_per_second))
    try:
        said = http.post(path, posted)
    except OdooUnavailable as error:
        if "(status 404)" in str(error):  # said as a page, not as data
            return False
        raise
    finally:
        http.close()
    if said.status == 404:
        return False
    if said.status >= 500:
        raise OdooUnavailable(f"{connection.url}: the bridge failed on the answer (status {said.status}). Try again.")
    if said.status >= 400:
        raise OdooRejected(f"{connection.url}: the bridge refused the answer (status {said.status}).")
    return True


def _origin(url: str) -> str:
    found = urlsplit(url)
    return f"{found.scheme}://{found.netloc}".lower()


def _said(outcome: Outcome) -> str:
    if isinstance(outcome, NoException):
        why = outcome.why.removeprefix(_NOTHING).lstrip(": ")
        return f"No order exception: {why}." if why else "No order exception."
    return _ENDED.get(outcome.kind, "Order triage has read this record.")


__all__ = ["answer", "answer_path", "post_answer"]
