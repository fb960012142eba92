"""`/v1/arrivals`: submit a case, record or message; ask what became of it. `/v1/dead-letters`: what was given up.

Annotations name dependencies that are made inside the function, so they are evaluated where they stand.
"""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path
from fastapi.responses import JSONResponse
from pydantic import ConfigDict, TypeAdapter, ValidationError
from starlette.responses import Response

from service.accepting import Acceptor
from service.access import Access, must_see
from service.installation import Installation, Opened
from service.paging import Cursor, Limit, read, write
from service.problems import Problem, documented
from service.shapes import KEPT, ArrivalStatus, DeadLetters, Kept, TicketDrafted, Why
from service.submissions import CompanyName, Submission, arrival, new_key
from service.ticketing import drafted
from triage.domain import Arrival, Case, Door
from triage.errors import StoreError
from triage.storage import inbox as rows
from triage.storage.apikeys import ApiKey
from triage.storage.inbox import DEAD, InboxRow

ArrivalId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="Id that the submission was answered with.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="The same key again is the same submission, however often it is sent.",
    ),
]


class ArrivalRequest(Submission):
    """A submission, and in which company's name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"record": {"model": "sale.order", "id": 42}, "company": "Brandt & Mercer Supply B.V."},
                {"message": {"text": "Where is order S00042?", "from_role": "customer"}},
            ]
        }
    )

    company: CompanyName | None = None
    """Needed for a record or message where the key is for several companies or for all."""


def arrivals(installation: Installation, acceptor: Acceptor, access: Access) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["arrivals"])
    writes = access.needs("arrivals:write")
    reads = access.needs("arrivals:read", "arrivals:write", "jobs:admin")
    admin = access.needs("jobs:admin")

    @router.post(
        "/v1/arrivals",
        status_code=202,
        responses={**KEPT, **documented(400, 401, 403, 413, 422, 429, 503)},
        response_model=Kept,
        summary="Submit a record, a case or a message",
    )
    async def submit(
        body: ArrivalRequest, key: Annotated[ApiKey, Depends(writes)], idempotency_key: Key = None
    ) -> Response:
        """Answered once it is durable; `Location` says where to ask what became of it."""
        one = await asyncio.to_thread(_submitted, installation, body, key, idempotency_key)
        kept = await acceptor.accept(one)
        if not kept.new:
            await asyncio.to_thread(_must_be_same, installation.opened(), kept.id, one)
        told = {"id": kept.id, "duplicate": not kept.new}
        return JSONResponse(told, 202, {"Location": f"/v1/arrivals/{kept.id}"})

    @router.get(
        "/v1/arrivals/{id}",
        responses=documented(401, 403, 404, 422, 429, 503),
        response_model=ArrivalStatus,
        summary="Where an arrival stands, and how it ended",
    )
    def status(id: ArrivalId, key: Annotated[ApiKey, Depends(reads)]) -> Any:  # noqa: A002
        """Of the key's companies; of others there is nothing to be seen."""
        opened = installation.opened()
        return _status(opened, _row(opened, id, key))

    @router.get(
        "/v1/dead-letters",
        responses=documented(401, 403, 422, 429, 503),
        response_model=DeadLetters,
        summary="What was given up and waits for a person",
        tags=["dead letters"],
    )
    def dead_letters(key: Annotated[ApiKey, Depends(admin)], limit: Limit = 50, cursor: Cursor = None) -> Any:
        """Oldest first."""
        opened, question = installation.opened(), ["dead", key.companies]
        after = read(cursor, question, ["", ""])
        found, more = _dead(opened, key, limit, (after[0], after[1]))
        return {
            "items": [_status(opened, row) for row in found],
            "next": write(question, [found[-1].received_at, found[-1].id]) if more else None,
        }

    @router.post(
        "/v1/dead-letters/{id}/retry",
        responses=documented(400, 401, 403, 404, 409, 422, 429, 503),
        response_model=ArrivalStatus,
        summary="Have a dead letter tried again",
        tags=["dead letters"],
    )
    def retry(id: ArrivalId, body: Why, key: Annotated[ApiKey, Depends(admin)]) -> Any:  # noqa: A002
        """From its first attempt; who and why is recorded."""
        opened = installation.opened()
        opened.inbox.retry(_dead_row(opened, id, key).id, key.person or key.name, body.why)
        return _status(opened, _row(opened, id, key))

    @router.post(
        "/v1/dead-letters/{id}/ticket",
        responses=documented(401, 403, 404, 409, 422, 429, 503),
        response_model=TicketDrafted,
        summary="Have a ticket drafted for a dead letter, in Odoo's Helpdesk",
        tags=["dead letters"],
    )
    def ticket(id: ArrivalId, key: Annotated[ApiKey, Depends(admin)]) -> Any:  # noqa: A002
        """One for each dead letter: again, it is brought up to date while nobody took it up. Who asked is recorded."""
        opened = installation.opened()
        done = drafted(installation, opened, _dead_row(opened, id, key), key.person or key.name)
        return {"status": done.status, "ticket": done.ref}

    @router.post(
        "/v1/dead-letters/{id}/discard",
        responses=documented(400, 401, 403, 404, 409, 422, 429, 503),
        response_model=ArrivalStatus,
        summary="Close a dead letter for good",
        tags=["dead letters"],
    )
    def discard(id: ArrivalId, body: Why, key: Annotated[ApiKey, Depends(admin)]) -> Any:  # noqa: A002
        """Its outcome is `dead_letter`; who and why is recorded."""
        opened = installation.opened()
        opened.inbox.discard(_dead_row(opened, id, key).id, key.person or key.name, body.why)
        return _status(opened, _row(opened, id, key))

    return router


def _submitted(installation: Installation, body: ArrivalRequest, key: ApiKey, idempotency_key: str | None) -> Arrival:
    company = _company(body, key)
    must_see(key, company)
    return arrival(
        body,
        key=f"idem:{idempotency_key}" if idempotency_key else new_key(),
        source=f"api:{key.name}",
        door=Door.API,
        company=company,
        now=installation.clock(),
        delay=0.0,
        limits=installation.policy().limits,
    )


def _company(body: ArrivalRequest, key: ApiKey) -> str:
    """In whose name: as the request says, or its case; else the key's only company."""
    named = body.case.get("company") if body.case is not None else None
    found = named.get("name") if isinstance(named, dict) else None
    if isinstance(found, str) and found:
        if not _is_name(found):
            raise Problem(422, "The case's company has no name that can be kept: 1 to 200 characters, on one line.")
        if body.company not in (None, found):
            raise Problem(422, "`company` is another one than the case's.")
        return found
    if body.company and body.company.strip():
        return body.company.strip()
    if key.companies is not None and len(key.companies) == 1:
        return key.companies[0]
    raise Problem(422, "Name the `company`: this key is for more than one.")


def _is_name(text: str) -> bool:
    try:
        TypeAdapter(CompanyName).validate_python(text)
    except ValidationError:
        return False
    return True


def _must_be_same(opened: Opened, arrived: str, one: Arrival) -> None:
    """Raises a 422 where the key was used for something else before (as long as that is known)."""
    row = opened.inbox.get(arrived)
    try:
        first = None if row is None else opened.inbox.load(row)
    except StoreError:
        return
    if first is not None and _content(first) != _content(one):
        raise Problem(422, "This Idempotency-Key was used for another submission. Use a new one.")


def _content(one: Arrival) -> tuple[object, ...]:
    return one.company, one.ref, _said(one.case)


def _said(case: Case | None) -> object:
    return None if case is None else case.model_dump(exclude={"captured_at"})


def _row(opened: Opened, arrived: str, key: ApiKey) -> InboxRow:
    row = opened.inbox.get(arrived)
    if row is None or not _sees(key, row):
        raise Problem(404, "There is no such arrival.")
    return row


def _dead_row(opened: Opened, arrived: str, key: ApiKey) -> InboxRow:
    row = _row(opened, arrived, key)
    if row.state != DEAD:
        raise Problem(409, f"It is {row.state}, not dead: there is nothing to decide.")
    return row


def _sees(key: ApiKey, row: InboxRow) -> bool:
    return key.sees(row.company) and (row.stream is None or key.sees(row.stream))


def _dead(opened: Opened, key: ApiKey, limit: int, after: tuple[str, str]) -> tuple[list[InboxRow], bool]:
    found: list[InboxRow] = []
    while page := rows.page(opened.store.database, [DEAD], 200, after):
        for row in page:
            if _sees(key, row):
                if len(found) == limit:
                    return found, True
                found.append(row)
        after = (page[-1].received_at, page[-1].id)
    return found, False


def _status(opened: Opened, row: InboxRow) -> dict[str, Any]:
    try:
        outcome = opened.inbox.outcome(row)
    except StoreError:
        outcome = None
    return {
        "id": row.id,
        "source": row.source,
        "door": row.door,
        "company": row.stream or row.company,
        "state": row.state,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "attempts": row.attempts,
        "error": row.error,
        "outcome": outcome,
        "outcome_kind": row.outcome,
        "carried_by": row.carried_by,
        "finished_at": row.finished_at,
    }


__all__ = ["ArrivalRequest", "arrivals"]
