"""A card: the suggestion on the left, the evidence on the right, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.review import showing
from service.review.explaining import explained, parts_of_reply, visible_members
from service.review.following import following
from service.review.frame import Frame, Missing, to
from service.review.guard import Forbidden, must_match
from service.review.readings import listed, note
from service.review.rendering import HEADERS, Words, Writing, refusal
from triage.audit.story import story
from triage.cards.blind import choose
from triage.cards.handling import UNDO
from triage.cards.seen import Seen, seen
from triage.cards.transitions import is_undecided
from triage.cli.wiring import now
from triage.documents.pictures import picture_of
from triage.domain import (
    SUBTYPES,
    Card,
    Category,
    Changes,
    Document,
    Duty,
    Member,
    ReasonCode,
    Severity,
    Suggestion,
    Verdict,
)
from triage.errors import Conflict, DecisionRefused, InputError, TriageError, UsageError
from triage.pipeline import decide
from triage.storage import effects, queue
from triage.storage.people import Account, Session

_SNOOZES = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1), "3d": timedelta(days=3)}
_MOST_COMMENT = 2000
_OPEN_KINDS = frozenset({"decision", "handling", "member", "blind", "reading", "publish", "withdrawal", "policy"})
"""Records without a fact of the case: for whoever may read a card's story, whatever else is withheld from them."""
_MOST_OF_RECORD = 200


def card_pages(frame: Frame) -> APIRouter:
    """The routes."""
    router = APIRouter(include_in_schema=False)
    anybody = frame.guard.needs()
    acting = frame.guard.needs(Duty.REVIEWER, Duty.LEAD)
    telling = frame.guard.needs(Duty.LEAD, Duty.AUDITOR)

    @router.get("/cards/{number}")
    def show(request: Request, number: str, session: Session = Depends(anybody)) -> Response:  # noqa: B008
        return _card_page(frame, session, frame.card(session, number), request)

    @router.get("/cards/{number}/story")
    def tell(request: Request, number: str, session: Session = Depends(telling)) -> Response:  # noqa: B008
        card = frame.card(session, number)
        if frame.unseen(session, [card]):
            return _card_page(frame, session, card, request, problem=_own_view_first(card), status=409)
        note(frame, session, f"story of card {card.number}", [card])
        store = frame.opened().store
        made_from, is_whole = seen(card, store.journal), frame.sight.may_see_all(session.person, card)
        return frame.page(
            "story.html",
            session,
            card=card,
            entries=story(store.database, store.keys, card),
            is_whole=is_whole,
            open_kinds=_OPEN_KINDS,
            calls=made_from.calls if made_from and is_whole else (),
            w=_writing(session, made_from),
        )

    @router.get("/cards/{number}/record")
    def of_record(number: str, session: Session = Depends(anybody)) -> Response:  # noqa: B008
        card = frame.card(session, number)
        found, erased = frame.opened().store.cards.of_record(card.key.company, card.proposal.record, _MOST_OF_RECORD)
        shown = frame.sight.visible(session.person, found)
        unseen = frame.unseen(session, shown)
        hidden = erased + len(found) - len(shown)
        note(frame, session, listed(f"record of card {card.number}", shown), shown)
        told = frame.told(session, shown, "summary")
        return frame.page("record.html", session, card=card, cards=told, unseen=unseen, hidden=hidden)

    @router.get("/cards/{number}/documents/{index}/{page}.png")
    def picture(number: str, index: int, page: int, session: Session = Depends(anybody)) -> Response:  # noqa: B008
        card, document = _document(frame, session, number, index)
        try:
            found = picture_of(document, page, limits=frame.installation.policy().limits)
        except InputError as error:
            raise Missing from error
        note(frame, session, f"document {index + 1} of card {card.number}, page {page}", [card])
        return Response(found.png, media_type="image/png", headers={**HEADERS, "Cache-Control": "private, max-age=600"})

    @router.get("/cards/{number}/documents/{index}")
    def original(number: str, index: int, session: Session = Depends(anybody)) -> Response:  # noqa: B008
        card, document = _document(frame, session, number, index)
        note(frame, session, f"document {index + 1} of card {card.number}", [card])
        named = f"attachment; filename*=UTF-8''{quote(document.name, safe='')}"
        safe = {**HEADERS, "Content-Disposition": named, "Content-Security-Policy": "sandbox; default-src 'none'"}
        return Response(document.content, media_type="application/octet-stream", headers=safe)

    @router.post("/cards/{number}/{act}")
    async def do(request: Request, number: str, act: str, session: Session = Depends(acting)) -> Response:  # noqa: B008
        form = await frame.guard.form(request)
        must_match(session, form)
        if act not in _ACTS:
            raise Missing
        # The store and Odoo are asked in a thread: meanwhile this process goes on taking in what comes.
        return await to_thread.run_sync(_done, frame, session, number, act, form, request)

    return router


def _done(frame: Frame, session: Session, number: str, act: str, form: dict[str, str], request: Request) -> Response:
    card = frame.card(session, number)
    try:
        return _ACTS[act](frame, session, card, form)
    except (DecisionRefused, Conflict, UsageError) as error:
        return _card_page(frame, session, frame.card(session, number), request, problem=error, status=409)


def _card_page(
    frame: Frame, session: Session, card: Card, request: Request, problem: TriageError | None = None, status: int = 200
) -> Response:
    note(frame, session, f"card {card.number}", [card])
    [card] = frame.told(session, [card])
    store, person = frame.opened().store, session.person
    address = frame.odoo()
    t, made_from = Words(person.language), seen(card, store.journal)
    writing = _writing(session, made_from)
    suggestion = card.proposal.suggestion
    evidence = [each for each in suggestion.evidence if frame.sight.may_see_evidence(person, each, card.proposal)]
    facts, hidden = frame.sight.facts(person, card)
    shown_facts, beside = showing.facts_of(facts, address, writing, t)
    row = queue.of_card(store.database, str(card.id))
    is_unseen = bool(frame.unseen(session, [card]))
    if is_unseen:
        evidence = []
    return frame.page(
        "blind.html" if is_unseen else "card.html",
        session,
        status,
        card=card,
        row=row,
        problem=refusal(problem, t, writing) if problem else "",
        is_waiting=is_undecided(card),
        evidence=showing.evidence_of(evidence, made_from, card.proposal, person, frame.sight, t),
        against=showing.evidence_of(suggestion.against, None, card.proposal, person, frame.sight, t),
        mails=showing.mails_of(made_from, evidence, writing, t) if made_from else [],
        papers=showing.papers_of(card, made_from, evidence) if made_from else [],
        more=explained(card, person, frame.sight, address, writing, t),
        follows=following(card, effects.of_card(store.database, str(card.id)), t, writing) if address else "",
        reply_parts=parts_of_reply(card.proposal.reply.text, card.proposal.reply.blanks) if card.proposal.reply else [],
        is_erased=made_from is None,
        facts=shown_facts,
        later=showing.later_of(card.proposal, facts, writing),
        beside=beside,
        hidden_facts=hidden,
        confidential=frame.sight.may_see_confidential(person),
        record_link=_record_link(frame, card),
        may_undo=_may_undo(frame, session, card),
        categories=list(Category),
        subtypes={category.value: list(SUBTYPES[category]) for category in Category},
        severities=list(Severity),
        reasons=list(ReasonCode),
        snoozes=list(_SNOOZES),
        colleagues=_colleagues(frame, session, card, row.claimed_by if row else None),
        back=request.query_params.get("back", ""),
        w=writing,
    )


def _writing(session: Session, made_from: Seen | None) -> Writing:
    return Writing(session.person.language, made_from.case.company.timezone if made_from else "UTC")


def _record_link(frame: Frame, card: Card) -> str | None:
    record, odoo = card.proposal.record, frame.odoo()
    return None if odoo is None or record.id is None else showing.odoo_link(odoo, record.model, record.id)


def _may_undo(frame: Frame, session: Session, card: Card) -> bool:
    last = card.decisions[-1] if card.decisions else None
    if last is None or card.ended is not None or last.by != session.person.name or now() - last.at > UNDO:
        return False
    found = effects.of_card(frame.opened().store.database, str(card.id))
    return all(each.state == effects.WAITING and not each.attempts for each in found if each.revision == card.revision)


def _document(frame: Frame, session: Session, number: str, index: int) -> tuple[Card, Document]:
    card = frame.card(session, number)
    made_from = seen(card, frame.opened().store.journal)
    if made_from is None or not 0 <= index < len(made_from.case.documents):
        raise Missing
    return card, made_from.case.documents[index]


def _decide(verdict: Verdict) -> Callable[[Frame, Session, Card, dict[str, str]], Response]:
    def act(frame: Frame, session: Session, card: Card, form: dict[str, str]) -> Response:
        store = frame.opened().store
        if frame.unseen(session, [card]):
            raise _own_view_first(card)
        revision = form.get("revision", "")
        member = _member(frame, session, card, form)
        decided = decide(
            str(card.number),
            verdict,
            session.person.name,
            store.cards,
            store.journal,
            now,
            policy=frame.installation.policies().of(card.key.company),
            reason=_one_of(ReasonCode, form.get("reason", "")),
            comment=form.get("comment", "").strip()[:_MOST_COMMENT],
            changes=_changes(card, form, member) if verdict is Verdict.EDIT else None,
            seen=int(revision) if revision.isdigit() else 0,
            member=None if member is None else member.key,
        )
        if member is not None and is_undecided(decided):
            return to(f"/cards/{card.number}#members")
        return _onwards(frame, session, form, card.number, decided.state.value)

    return act


def _own_view_first(card: Card) -> DecisionRefused:
    return DecisionRefused(f"card #{card.number}: your own view of it is asked for first.").coded(
        "blind_first", number=card.number
    )


def _member(frame: Frame, session: Session, card: Card, form: dict[str, str]) -> Member | None:
    """The case of a shared card that a word is on; none: all of them, which somebody who sees them all may give."""
    if not card.members:
        return None
    seen_members = visible_members(card, session.person, frame.sight)
    wanted = form.get("member", "")
    found = next((one for one in seen_members if one.key == wanted), None)
    if wanted and found is None:
        raise UsageError(f"card #{card.number}: this case is not on it.").coded(
            "case_missing", number=card.number, handle=wanted[:60]
        )
    if found is None and len(seen_members) < len(card.members):
        raise DecisionRefused(
            f"card #{card.number}: some of its cases are not yours to see. Decide those that you see, one by one."
        ).coded("cases_hidden", number=card.number)
    return found


def _changes(card: Card, form: dict[str, str], member: Member | None = None) -> Changes:
    suggestion: Suggestion | Member = member or card.proposal.suggestion
    is_asked = member is None and card.proposal.suggestion.abstained is not None
    category = _one_of(Category, form.get("category", ""))
    subtype = form.get("subtype", "") or None
    return Changes(
        category=None if category == suggestion.category and not is_asked else category,
        subtype=None if subtype == suggestion.subtype else subtype,
        severity=_other(_one_of(Severity, form.get("severity", "")), suggestion.severity),
    )


def _other(new: Any, old: Any) -> Any:
    return None if new == old else new


def _one_of(kind: Any, value: str) -> Any:
    if not value:
        return None
    try:
        return kind(value)
    except ValueError as error:
        said = f"{value[:50]!r} is none of {', '.join(each.value for each in kind)}."
        raise UsageError(said).coded("no_such_value", value=value[:50]) from error


def _claim(frame: Frame, session: Session, card: Card, form: dict[str, str]) -> Response:
    del form
    frame.handler().claim(str(card.number), session.person.name)
    return to(f"/cards/{card.number}")


def _release(frame: Frame, session: Session, card: Card, form: dict[str, str]) -> Response:
    del form
    frame.handler().release(str(card.number), session.person.name)
    return to(f"/cards/{card.number}")


def _hand_over(frame: Frame, session: Session, card: Card, form: dict[str, str]) -> Response:
    if not session.person.has(Duty.LEAD):
        raise Forbidden(Words(session.person.language)("error.forbidden"))
    account = frame.guard.people().get(" ".join(form.get("to", "").split()))
    whom = account.person
    if not _may_take(account, card) or not frame.sight.may_see(whom, card):
        raise DecisionRefused(
            f"card #{card.number}: {whom.name} cannot take it over. It takes a reviewer or lead whose account is "
            "enabled and who may see the card."
        ).coded("cannot_take", number=card.number, name=whom.name)
    frame.handler().hand_over(str(card.number), session.person.name, whom.name)
    return to(f"/cards/{card.number}")


def _may_take(account: Account, card: Card) -> bool:
    """Whether somebody can go on with a card, as far as their account says; what they may see Odoo is asked after."""
    can = account.disabled_at is None and account.person.has(Duty.REVIEWER, Duty.LEAD)
    return can and account.person.sees(card.key.company)


def _colleagues(frame: Frame, session: Session, card: Card, has_it: str | None) -> list[str]:
    """To whom a lead can hand the card over: names, without whoever has it."""
    if not session.person.has(Duty.LEAD) or not is_undecided(card):
        return []
    found = [each.person.name for each in frame.guard.people().all() if _may_take(each, card)]
    return [name for name in found if name != has_it]


def _snooze(frame: Frame, session: Session, card: Card, form: dict[str, str]) -> Response:
    wanted = form.get("for", "")
    until = _at(form.get("until", "")) if not wanted else None
    if until is None and wanted not in _SNOOZES:
        raise UsageError("say for how long it is to sleep.").coded("snooze_how_long")
    frame.handler().snooze(str(card.number), session.person.name, until or now() + _SNOOZES[wanted])
    return _onwards(frame, session, form, card.number, "snoozed")


def _at(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    except ValueError:
        return None


def _wake(frame: Frame, session: Session, card: Card, form: dict[str, str]) -> Response:
    del form
    frame.handler().wake(str(card.number), session.person.name)
    return to(f"/cards/{card.number}")


def _undo(frame: Frame, session: Session, card: Card, form: dict[str, str]) -> Response:
    del form
    frame.handler().undo(str(card.number), session.person.name)
    return to(f"/cards/{card.number}")


def _onwards(frame: Frame, session: Session, form: dict[str, str], number: int, done: str) -> Response:
    """To the next card of the queue that the person came from, or back to that queue."""
    del frame, session
    back = form.get("back", "")
    joined = f"{back}&" if back.startswith("?") and "\n" not in back and len(back) > 1 else "?"
    return to(f"/queue{joined}done={number}&as={done}")


def _choose(frame: Frame, session: Session, card: Card, form: dict[str, str]) -> Response:
    store = frame.opened().store
    if not frame.unseen(session, [card]):
        raise DecisionRefused(f"card #{card.number}: nobody is asked for their own view of it.").coded(
            "blind_not_asked", number=card.number
        )
    wanted = form.get("category", "")
    category = None if wanted == "unsure" else _one_of(Category, wanted)
    if category is None and wanted != "unsure":
        raise UsageError("choose a category, or say that you cannot tell.").coded("blind_choose")
    choose(str(card.number), session.person.name, category, store.cards, store.journal, now)
    return to(f"/cards/{card.number}?" + urlencode({"back": form.get("back", "")}))


_ACTS: dict[str, Callable[[Frame, Session, Card, dict[str, str]], Response]] = {
    "accept": _decide(Verdict.ACCEPT),
    "edit": _decide(Verdict.EDIT),
    "reject": _decide(Verdict.REJECT),
    "own-view": _choose,
    "claim": _claim,
    "release": _release,
    "hand-over": _hand_over,
    "snooze": _snooze,
    "wake": _wake,
    "undo": _undo,
}
