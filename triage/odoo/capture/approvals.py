"""Approvals and leads: what a request says of itself, and which reviews an order waits for.

Read as data only. Nothing here, and nothing in this software, approves, refuses or delegates anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from triage.domain.requests import Approval, ApprovalStatus, Lead
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Reference
from triage.odoo.rows import Row

REQUEST, REVIEW, LEAD = "approval.request", "tier.review", "crm.lead"
REQUEST_FIELDS = (
    "request_status", "date_confirmed", "category_id", "approver_ids", "amount", "reference", "create_date",
)  # fmt: skip
LEAD_FIELDS = (
    "stage_id", "date_last_stage_update", "active", "won_status", "user_id", "date_deadline", "expected_revenue",
    "date_closed",
)  # fmt: skip
_REVIEW_FIELDS = ("model", "res_id", "definition_id", "name", "status", "create_date", "sequence")
_TOPIC = "approvals"
_MOST = 200
_STATUS: Mapping[str, ApprovalStatus] = {
    "new": ApprovalStatus.DRAFT,
    "waiting": ApprovalStatus.WAITING,
    "pending": ApprovalStatus.PENDING,
    "approved": ApprovalStatus.APPROVED,
    "refused": ApprovalStatus.REFUSED,
    "rejected": ApprovalStatus.REFUSED,
    "cancel": ApprovalStatus.CANCELLED,
}


def read_reviews(reader: Reader, reference: Reference, records: Mapping[str, Iterable[int]]) -> list[Row]:
    """Open and refused reviews (OCA) of these records, by model. One call; none where no rule has them reviewed."""
    quiet = Reader(reader.odoo, reader.context)
    if quiet.odoo.fields(REVIEW) is None:
        return []
    reviewed = reference.kept(f"reviewed {reader.context.get('allowed_company_ids')}", lambda: _reviewed(quiet))
    wanted = {model: sorted(set(ids)) for model, ids in records.items() if model in reviewed and ids}
    domain: list[Any] = ["|"] * (len(wanted) - 1)
    for model, ids in wanted.items():
        domain += ["&", ("model", "=", model), ("res_id", "in", ids)]
    if not wanted:
        return []
    domain += [("status", "in", ["waiting", "pending", "rejected"])]
    return quiet.search(_TOPIC, REVIEW, domain, _REVIEW_FIELDS, order="sequence, id", limit=_MOST)


def _reviewed(reader: Reader) -> frozenset[str]:
    """Models that some rule has reviewed; never empty, so that it is kept."""
    rows = reader.search(_TOPIC, "tier.definition", [], ("model",))
    return frozenset({"", *(model for row in rows if (model := row.text("model")))})


def read_approvers(reader: Reader, asked: Sequence[Row]) -> list[Row]:
    """How the approvers of these requests have answered, and how many must. Two calls, none without requests."""
    requests = [row for row in asked if row.model == REQUEST]
    if not requests:
        return []
    quiet = Reader(reader.odoo, reader.context)
    approvers = [number for row in requests for number in row.many("approver_ids")]
    categories = [number for row in requests if (number := row.one("category_id"))]
    return [
        *quiet.read(_TOPIC, "approval.approver", approvers, ("request_id", "status")),
        *quiet.read(_TOPIC, "approval.category", categories, ("approval_minimum",)),
    ]


def approvals_of(asked: Sequence[Row], around: Sequence[Row], reviews: Sequence[Row]) -> Iterator[Approval]:
    """The requests that the case is about, then the reviews of its orders."""
    for row in asked:
        if row.model == REQUEST:
            yield _request(row, around)
    for row in reviews:
        yield Approval(
            ref=row.ref(),
            what=row.label("definition_id") or row.text("name") or "review",
            status=_STATUS.get(row.text("status") or "", ApprovalStatus.WAITING),
            asked_at=row.moment("create_date"),
        )


def _request(row: Row, around: Sequence[Row]) -> Approval:
    answers = [each for each in around if each.model == "approval.approver" and each.one("request_id") == row.id]
    minimum = next(
        (n for each in around if each.model == "approval.category" and (n := each.number("approval_minimum"))), None
    )
    return Approval(
        ref=row.ref(),
        what=row.label("category_id") or row.text("name") or "request",
        status=_STATUS.get(row.text("request_status") or "", ApprovalStatus.DRAFT),
        asked_at=row.moment("date_confirmed"),
        given=sum(each.text("status") == "approved" for each in answers) if answers else None,
        needed=int(minimum) if minimum is not None and answers else None,
        amount=row.number("amount") or None,
    )


def lead_of(asked: Sequence[Row]) -> Lead | None:
    """The lead that the case is about."""
    row = next((each for each in asked if each.model == LEAD), None)
    if row is None:
        return None
    closed = row.text("won_status") in {"won", "lost"} or (row.has("active") and not row.flag("active"))
    return Lead(
        stage=row.label("stage_id"),
        stage_since=row.moment("date_last_stage_update") or row.moment("create_date"),
        is_closed=closed or row.moment("date_closed") is not None,
        has_owner=row.one("user_id") is not None,
        deadline=row.day("date_deadline"),
        expected_revenue=row.number("expected_revenue") or None,
    )
