"""Events of a live Odoo: each is made of the case that the triage then gets."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from triage.domain import Case, Company, Message, RecordRef
from triage.errors import RecordMissing
from triage.odoo.live import LiveSource

ORDER = RecordRef(model="sale.order", id=42, name="S00042")
REVIEW = RecordRef(model="tier.review", id=5, name="tier.review 5")
NOW = datetime(2026, 11, 17, 9, tzinfo=UTC)


class Records:
    """Gives the case that stands under a record's key, and counts."""

    def __init__(self) -> None:
        self.said = {ORDER.key: "Order", REVIEW.key: "Review"}
        self.taken = 0

    def case(self, ref: RecordRef) -> Case | None:
        self.taken += 1
        body = self.said.get(ref.key)
        message = Message(id="1", body=body or "", author="Tom")
        company = Company(name="Us B.V.")
        return Case(record=ORDER, company=company, captured_at=NOW, messages=(message,)) if body else None


def source(records: Records) -> LiveSource:
    return LiveSource(records, "here", lambda: NOW, {"policy": "p"})  # type: ignore[arg-type]


def body(case: Case | None) -> str:
    assert case is not None
    return case.messages[0].body


def test_the_events_record_leads_to_the_case_that_the_event_was_made_of() -> None:
    records = Records()
    at = source(records)
    event = at.event(REVIEW)
    assert event.ref == ORDER
    assert (body(at.capture(event.ref)), body(at.capture(REVIEW)), records.taken) == ("Review", "Review", 1)


def test_a_review_after_its_order_brings_its_own_case() -> None:
    at = source(Records())
    first = at.event(ORDER)
    second = at.event(REVIEW)
    assert first.key != second.key
    assert body(at.capture(second.ref)) == "Review"


def test_asking_again_after_a_change_is_another_event_of_the_new_case() -> None:
    records = Records()
    at = source(records)
    first = at.event(ORDER)
    assert at.event(ORDER).key == first.key
    records.said[ORDER.key] = "Changed"
    assert body(at.capture(ORDER)) == "Order"
    again = at.event(ORDER)
    assert again.key != first.key
    assert body(at.capture(again.ref)) == "Changed"


def test_a_case_without_an_event_is_taken_once_and_takes_no_other_events_place() -> None:
    records = Records()
    at = source(records)
    event = at.event(ORDER)
    assert (body(at.capture(REVIEW)), body(at.capture(REVIEW)), records.taken) == ("Review", "Review", 2)
    assert body(at.capture(event.ref)) == "Order"


def test_a_record_that_is_gone() -> None:
    at = source(Records())
    gone = RecordRef(model="sale.order", id=1, name="S00001")
    assert at.capture(gone) is None
    with pytest.raises(RecordMissing, match="S00001"):
        at.event(gone)
