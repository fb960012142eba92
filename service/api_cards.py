"""`/v1/cards`: list and read cards, decide them.

Annotations name dependencies that are made inside the function, so they are evaluated where they stand.
"""

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.responses import JSONResponse
from starlette.responses import Response

from service.about import about
from service.access import Access
from service.installation import Installation, Opened
from service.paging import Cursor, Limit, read, write
from service.problems import Problem, documented
from service.readers import shown
from service.shapes import Cards, DecisionRequest
from service.submissions import CompanyName
from triage.cards.blind import is_unseen
from triage.cards.transitions import is_undecided
from triage.domain import Card, CardState, Category, Policy, Severity
from triage.errors import Conflict, DecisionRefused, KeyMissing, UsageError
from triage.pipeline import decide
from triage.storage.apikeys import ApiKey

_ETAG = re.compile(r'(?:W/)?"([1-9][0-9]{0,9})"')
_CARD_ID = r"^([1-9][0-9]{0,9}|[0-9a-f]{8}-[0-9a-f-]{27})$"
CardId = Annotated[
    str,
    Path(
        pattern=_CARD_ID,
        description="Number or id of the card.",
        examples=["7"],
    ),
]
_HEADERS = {"ETag": {"description": "The card's revision.", "schema": {"type": "string"}}}
_CARD: dict[int | str, dict[str, Any]] = {200: {"headers": _HEADERS}}


def cards(installation: Installation, access: Access) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["cards"])
    reads = access.needs("cards:read", "cards:decide")
    decides = access.needs("cards:decide")

    @router.get(
        "/v1/cards",
        responses=documented(401, 403, 422, 429, 503),
        response_model=Cards,
        summary="List cards",
    )
    def list_cards(
        key: Annotated[ApiKey, Depends(reads)],
        state: Annotated[list[CardState], Query(description="Repeat it for several.")] = [],  # noqa: B006
        category: Annotated[list[Category], Query(description="Repeat it for several.")] = [],  # noqa: B006
        severity: Annotated[list[Severity], Query(description="Repeat it for several.")] = [],  # noqa: B006
        company: Annotated[list[CompanyName], Query(max_length=50, description="By name; repeat it for several.")] = [],  # noqa: B006
        team: Annotated[list[CompanyName], Query(max_length=50, description="By name; repeat it for several.")] = [],  # noqa: B006
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """By number, oldest first. What is added or decided meanwhile moves no card from one page to another."""
        asked: dict[str, Sequence[str]] = {
            "state": state,
            "category": category,
            "severity": severity,
            "company": company,
            "team": team,
        }
        only = {name: sorted(set(map(str, values))) for name, values in asked.items() if values}
        if key.companies is not None:
            only["company"] = sorted(set(key.companies) & set(company or key.companies))
        after = read(cursor, only, 0)
        if only.get("company") == []:
            return JSONResponse({"items": [], "next": None})
        found, more = installation.opened().store.cards.page(only, limit, after)
        told = [shown(card, key.allows("cards:confidential"), key.sees) for card in found]
        return JSONResponse({"items": told, "next": None if more is None else write(only, more)})

    @router.get(
        "/v1/cards/{id}",
        responses={**_CARD, **documented(401, 403, 404, 410, 422, 429, 503)},
        response_model=Card,
        summary="Read a card",
    )
    def read_card(id: CardId, key: Annotated[ApiKey, Depends(reads)]) -> Response:  # noqa: A002
        """With its evidence, facts and decisions. `ETag` is its revision."""
        return _told(_card(installation.opened(), id, key), key)

    @router.post(
        "/v1/cards/{id}/decisions",
        responses={**_CARD, **documented(400, 401, 403, 404, 409, 410, 412, 422, 428, 429, 503)},
        response_model=Card,
        summary="Record a person's decision on a card",
    )
    def decide_card(
        id: CardId,  # noqa: A002
        body: DecisionRequest,
        key: Annotated[ApiKey, Depends(decides)],
        if_match: Annotated[
            str | None, Header(max_length=40, description="The card's `ETag` that was seen.", examples=['"1"'])
        ] = None,
    ) -> Response:
        """It confirms or corrects the suggestion and changes no business data. Name the revision that was seen."""
        opened, policies = installation.opened(), installation.policies()
        seen = _seen(body, if_match)
        by = _person(body, key)
        access.must_act(by)
        with opened.store.database.transaction():
            card = _card(opened, id, key)
            if card.revision != seen:
                raise Problem(412, f"Card #{card.number} is at revision {card.revision}. Look at it again.")
            if not all(key.sees(member.company) for member in card.members):
                raise Problem(403, f"Card #{card.number} has cases of companies that this key may not know of.")
            policy = policies.of(card.key.company)
            if is_unseen(card, policy.blind_share, opened.store.journal):
                raise Problem(409, f"Card #{card.number} asks a reviewer for their own view first, on its page.")
            decided = _decided(opened, card, body, by, policy, installation, seen)
        return _told(decided, key)

    return router


def _card(opened: Opened, handle: str, key: ApiKey) -> Card:
    try:
        card = opened.store.cards.get(handle)
    except UsageError as error:
        raise Problem(404, "There is no such card.") from error
    except KeyMissing as error:
        raise Problem(410, "Its content was erased.") from error
    if not key.sees(card.key.company):
        raise Problem(404, "There is no such card.")
    about(card=str(card.id))
    return card


def _seen(body: DecisionRequest, if_match: str | None) -> int:
    """The revision that was seen. Raises a 428 where none is named, a 412 where the header is no revision of ours."""
    if if_match is None:
        if body.revision is None:
            raise Problem(428, "Name the revision that was seen: `If-Match` with the card's ETag, or `revision`.")
        return body.revision
    found = _ETAG.fullmatch(if_match.strip())
    if found is None or body.revision not in (None, int(found[1])):
        raise Problem(412, "`If-Match` is not the revision that was seen.")
    return int(found[1])


def _person(body: DecisionRequest, key: ApiKey) -> str:
    """Who decides: the key's own person, or another one where the key may name others."""
    if body.by is None or body.by == key.person:
        if key.person is None:
            raise Problem(403, "This key is nobody's: name `by`, with the scope cards:decide-for-others.")
        return key.person
    if not key.allows("cards:decide-for-others"):
        raise Problem(403, "This key may decide for its own person only; it lacks the scope cards:decide-for-others.")
    return body.by


def _decided(
    opened: Opened, card: Card, body: DecisionRequest, by: str, policy: Policy, installation: Installation, seen: int
) -> Card:
    if not is_undecided(card):
        raise Problem(409, f"Card #{card.number} is {card.state.value}: it can no longer be decided.")
    try:
        return decide(
            str(card.id),
            body.verdict,
            by,
            opened.store.cards,
            opened.store.journal,
            installation.clock,
            policy=policy,
            reason=body.reason,
            comment=body.comment,
            changes=body.changes,
            seen=seen,
        )
    except DecisionRefused as error:
        raise Problem(403 if error.code == "may_not" else 422, str(error)) from error
    except Conflict as error:
        raise Problem(412, f"Card #{card.number} was changed just now. Look at it again.") from error


def _told(card: Card, key: ApiKey) -> Response:
    body = json.dumps(shown(card, key.allows("cards:confidential"), key.sees), ensure_ascii=False)
    return Response(body.encode("utf-8", "backslashreplace"), 200, {"ETag": f'"{card.revision}"'}, "application/json")


__all__ = ["cards"]
