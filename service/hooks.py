"""Doors for events: Odoo's webhook, OCA's bridge, signed events. Each is answered once its arrival is durable.

What a hook says is a hint. Odoo 18 calls before it commits, and a rule may call several times for one save. So the
time is cut into windows as long as the source's delay: calls on one record in one window (and of one `write_date`,
where the hook names it) are one arrival, which is due a whole delay after its window has ended. Whatever is saved and
called for is therefore read at least one delay after its call, and never by an arrival that was read before it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse
from starlette.responses import Response

from service import bridge, signed
from service.accepting import Acceptor
from service.configuration import MESSAGES, OpenSource, Source, SourceDoor
from service.installation import Installation
from service.limiting import Limiter
from service.problems import Problem, documented, not_there
from service.shapes import BRIDGE_BODY, EVENT_BODY, HOOK_BODY, KEPT
from service.signed import CloudEvent
from service.submissions import Submission, arrival, named_record, new_key, object_of
from triage.domain import Arrival, Door, RecordRef
from triage.jobs.inbox import Accepted
from triage.odoo.requests import ABOUT, RECORD
from triage.odoo.requests import MODEL as REQUESTS

_NOBODY = b"-" * 43
Named = Annotated[str, PathParameter(description="Name of the source in `service.yaml`.")]
Secret = Annotated[str, PathParameter(description="The source's secret, as it stands in the address that is called.")]
Bearer = Annotated[str, Header(max_length=400, description="`Bearer` and the source's secret.")]
_WINDOW = 1.0
"""Seconds of a window where the source waits for nothing."""


def hooks(installation: Installation, acceptor: Acceptor, limiter: Limiter) -> APIRouter:
    """The routes by which events come in."""
    router = APIRouter(tags=["events"])
    doors = _Doors(installation, acceptor, limiter)
    refusals = documented(400, 404, 413, 422, 429, 503)

    @router.post(
        "/hooks/odoo/{source}/{secret}",
        status_code=202,
        responses={**KEPT, **refusals},
        openapi_extra=HOOK_BODY,
        summary="Odoo's webhook: something may have happened to a record",
    )
    async def odoo_hook(source: Named, secret: Secret, request: Request) -> Response:
        """Model and id are believed so far that the record is read; it must be on the source's list of models."""
        known = doors.known(request, source, secret, SourceDoor.HOOK)
        kept = await acceptor.accept(hook_arrival(known.source, object_of(await request.body()), installation.clock()))
        return _kept(kept)

    @router.post(
        "/hooks/bridge/{source}/{secret}",
        responses={**bridge.ANSWERED, **KEPT, **refusals, **documented(504)},
        openapi_extra=BRIDGE_BODY,
        summary="OCA's ai_oca_bridge: an answer at once, or later to its own address",
    )
    async def bridge_hook(source: Named, secret: Secret, request: Request) -> Response:
        """With `_response_url` (on the configured Odoo only) the answer is posted there; else the call waits for it.

        A source that waits for nothing (`wait_seconds: 0`) is answered as soon as the call is kept.
        """
        return await doors.bridge(request, source, secret)

    @router.post(
        "/hooks/bridge/{source}",
        responses={**bridge.ANSWERED, **KEPT, **refusals, **documented(504)},
        openapi_extra=BRIDGE_BODY,
        summary="The same, with the secret as a bearer token",
    )
    async def bridge_hook_with_token(source: Named, request: Request, authorization: Bearer = "") -> Response:
        """For a bridge that is set to token authentication: the secret stands in no address and no log of Odoo's."""
        kind, _, secret = authorization.partition(" ")
        return await doors.bridge(request, source, secret.strip() if kind.lower() == "bearer" else "")

    @router.post(
        "/events/{source}",
        status_code=202,
        responses={**KEPT, **documented(400, 401, 413, 415, 422, 429, 503)},
        openapi_extra=EVENT_BODY,
        summary="A signed event: n8n, a carrier, an EDI gateway",
    )
    async def signed_event(source: Named, request: Request) -> Response:
        """Signed as Standard Webhooks say, with an envelope of CloudEvents 1.0 in structured JSON."""
        return _kept(await doors.signed(request, source))

    return router


class _Doors:
    """What the routes share."""

    def __init__(self, installation: Installation, acceptor: Acceptor, limiter: Limiter) -> None:
        self._installation = installation
        self._acceptor = acceptor
        self._limiter = limiter

    def known(self, request: Request, name: str, secret: str, door: SourceDoor) -> OpenSource:
        """The source with this secret. Raises the same 404 for every other case."""
        found = self._installation.sources.get(name)
        if found is not None and found.source.door is not door:
            found = None
        given, good = secret.encode("utf-8", "replace"), False
        for each in found.secrets if found else (_NOBODY,):
            good = hmac.compare_digest(given, each) or good
        if found is None or not good:
            raise not_there()
        self._count(request, found.source)
        return found

    async def bridge(self, request: Request, name: str, secret: str) -> Response:
        """A call of the bridge: kept, then answered at once or later."""
        known = self.known(request, name, secret, SourceDoor.BRIDGE)
        body, now = object_of(await request.body()), self._installation.clock()
        one = await asyncio.to_thread(bridge_arrival, known.source, body, now, self._installation)
        kept = await self._acceptor.accept(one)
        if one.answer_to is not None or known.source.wait_seconds == 0:
            return _kept(kept)
        return await bridge.wait_for_answer(self._installation, known.source, kept.id, one.ref)

    async def signed(self, request: Request, name: str) -> Accepted:
        """A signed event: verified on its exact bytes, then kept."""
        known = self._installation.sources.get(name)
        if known is not None and known.source.door is not SourceDoor.SIGNED:
            known = None
        body = await request.body()
        known = signed.verify(known, request.headers, body)
        self._count(request, known.source)
        event = signed.event_of(body, request.headers.get("content-type", ""))
        if event.data.record is not None:
            return await self._acceptor.accept(signed_arrival(known.source, event, self._installation))
        # A whole case takes its time to read; a record's name does not.
        one = await asyncio.to_thread(signed_arrival, known.source, event, self._installation)
        return await self._acceptor.accept(one)

    def _count(self, request: Request, source: Source) -> None:
        request.state.source = source.name
        if source.rate is not None:
            self._limiter.check(f"source:{source.name}", source.rate)


def hook_arrival(source: Source, body: dict[str, Any], now: datetime) -> Arrival:
    """What a call of Odoo's webhook makes. Raises a 422 where it names no record that the source may name."""
    ref = _hinted(source, body)
    window = source.delay_seconds or _WINDOW
    number = int(now.timestamp() // window)
    saved = body.get("write_date")
    mark = _short(saved) if isinstance(saved, str) and saved else ""
    ends = datetime.fromtimestamp((number + 1) * window, UTC)
    return Arrival(
        key=f"hook:{ref.key}:{mark}:{number}",
        source=source.name,
        door=Door.HOOK,
        ref=ref,
        company=source.company,
        received_at=now,
        due_at=ends + timedelta(seconds=source.delay_seconds),
    )


def bridge_arrival(source: Source, body: dict[str, Any], now: datetime, installation: Installation) -> Arrival:
    """What a call of the bridge makes: its own arrival, because it wants its own answer.

    A bridge without payload names an id and no model (`false`): then a source with a single model means that one.
    """
    model = body.get("_model")
    if model is False and len(source.models) == 1:
        model = source.models[0]
    ref = named_record(model, body.get("_id"), source.models)
    address, path = body.get("_response_url"), None
    if address:
        path = bridge.path_of(str(address), source, installation)
    delay = source.delay_seconds if path else 0.0
    return Arrival(
        key=f"bridge:{_short(path)}" if path else new_key(),
        source=source.name,
        door=Door.BRIDGE,
        ref=ref,
        company=source.company,
        answer_to=path,
        received_at=now,
        due_at=now + timedelta(seconds=delay),
    )


def signed_arrival(source: Source, event: CloudEvent, installation: Installation) -> Arrival:
    """What a signed event makes. Raises a 422 where it names a model or company that the source may not name."""
    given: Submission = event.data
    made = arrival(
        given,
        key=event.key(),
        source=source.name,
        door=Door.SIGNED,
        company=source.company,
        now=installation.clock(),
        delay=source.delay_seconds,
        limits=installation.policy().limits,
    )
    if given.record is not None and made.ref.model not in source.models:
        raise Problem(422, "This model is not on the source's list of models.")
    if made.case is not None and made.case.company.name != source.company:
        raise Problem(422, "The case is another company's than the source's.")
    return made


def _hinted(source: Source, body: dict[str, Any]) -> RecordRef:
    """The record that a hook is about; of a message or a request, the record that it stands on or asks about."""
    if body.get("_model") == MESSAGES and MESSAGES in source.models:
        if body.get("model") == MESSAGES:
            raise Problem(422, "A message is about a record: choose its fields `model` and `res_id` for the webhook.")
        return named_record(body.get("model"), body.get("res_id"), source.models)
    if body.get("_model") == REQUESTS:
        return named_record(body.get(ABOUT), body.get(RECORD), source.models)
    return named_record(body.get("_model"), body.get("_id"), source.models)


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _kept(kept: Accepted) -> JSONResponse:
    return JSONResponse({"id": kept.id, "duplicate": not kept.new}, 202)
