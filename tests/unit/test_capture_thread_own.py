"""What Odoo repeats of our words in another person's name is no part of a case."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.odoo_cards import Remembering, card
from tests.unit.test_odoo_publish import publisher
from triage.domain import Advice
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.thread import read_messages
from triage.odoo.own_words import DECIDES, DISCLAIMER, REVIEW, TITLE, are_ours
from triage.odoo.rows import Row
from triage.odoo.verbs import Activity

KIND = [4, "To-Do"]
DONE = '<div><p><span class="fa fa-check"></span><span>To-Do</span> done<span>: </span><span>{}</span></p>{}</div>'
FOOTER = f"<div><strong>Original note:</strong></div><div><p>{DISCLAIMER}\n Card 12 (01a2).</p></div>"


class Thread:
    """As much of an Odoo as reading a thread asks."""

    class user:  # noqa: N801
        id = 6

    def __init__(self, *rows: Row) -> None:
        self.rows = rows

    def fields(self, model: str) -> dict[str, Any]:
        return {}

    def search(self, model: str, domain: Any, names: Any, **more: Any) -> list[Row]:
        return [Row(model, {name: row.values.get(name, False) for name in ("id", *names)}) for row in self.rows]


def read(**values: Any) -> list[Row]:
    row = Row("mail.message", {"id": 1, "author_id": [30, "Tom"], "message_type": "notification", **values})
    return read_messages(Reader(Thread(row), {}), "sale.order", 42, own=3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    [
        DONE.format("Review suggestion: delay, late", ""),
        DONE.format("Review <!-- x -->suggestion:\n delay", ""),
        DONE.format("", FOOTER),
    ],
)
def test_our_review_activity_done_by_a_person_is_left_out(body: str) -> None:
    assert read(body=body, mail_activity_type_id=KIND) == []


def test_other_activities_and_what_people_write_of_ours_stay() -> None:
    assert read(body=DONE.format("Call Ada", ""), mail_activity_type_id=KIND)
    assert read(body=None, mail_activity_type_id=KIND)
    assert read(body="<p>Review suggestion: delay. I do not agree.</p>", mail_activity_type_id=False)


def test_what_we_publish_is_known_as_ours() -> None:
    hand = Remembering(has_tickets=False)
    publisher(hand, Advice()).publish(card())
    [activity] = [verb for verb in hand.asked if isinstance(verb, Activity)]
    assert activity.summary.startswith(REVIEW)
    assert activity.summary == REVIEW + hand.asked[0].text.title.removeprefix(TITLE)  # type: ignore[union-attr]
    assert activity.note.startswith(DISCLAIMER)
    assert DECIDES in activity.note
    assert are_ours(activity.summary) and are_ours(activity.note)
