"""What changed: all of it, whatever its number, and never back behind what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from triage.odoo import changes
from triage.odoo.changes import Watermark, changed
from triage.odoo.rows import Row

NINE = Watermark(datetime(2026, 11, 17, 9, tzinfo=UTC))
MODELS = ("sale.order", "purchase.order")
OURS = 3


class Tables:
    """As much of an Odoo as looking for changes asks. Messages are cut to the limit before hidden ones are taken out,
    as Odoo does it."""

    class user:  # noqa: N801
        id = 6
        partner = OURS

    def __init__(self, *rows: Row, hidden: Sequence[int] = ()) -> None:
        self.rows = rows
        self.hidden = hidden

    def has(self, model: str) -> bool:
        return True

    def search(self, model: str, domain: Any, names: Any, *, order: str = "id", limit: int | None = None) -> list[Row]:
        found = [row for row in self.rows if row.model == model and all(_fits(row, *term) for term in domain)]
        found.sort(key=lambda row: [row.values[name.strip()] for name in order.split(",")])
        shown = [row for row in found[:limit] if model != "mail.message" or row.id not in self.hidden]
        return [Row(model, {name: row.values.get(name, False) for name in ("id", *names)}) for row in shown]

    def read(self, model: str, ids: Sequence[int], names: Any) -> list[Row]:
        return self.search(model, [("id", "in", ids)], names)


def _fits(row: Row, name: str, operator: str, value: Any) -> bool:
    held = row.values[name]
    return {"in": lambda: held in value, ">": lambda: held > value, ">=": lambda: held >= value}[operator]()


def written(number: int, at: str, model: str = "sale.order", by: int = 2) -> Row:
    return Row(model, {"id": number, "name": f"S{number}", "write_date": _day(at), "create_uid": by, "write_uid": by})


def message(number: int, at: str, on: int, author: int = 7) -> Row:
    about = {"model": "sale.order", "res_id": on, "record_name": f"S{on}", "message_type": "email"}
    return Row("mail.message", {"id": number, "create_date": _day(at), "author_id": [author, ""], **about})


def _day(at: str) -> str:
    return f"2026-11-17 {at}"


def names(found: changes.Changes) -> list[str]:
    return [ref.name for ref in found.refs]


def look(since: Watermark, *rows: Row, hidden: Sequence[int] = ()) -> changes.Changes:
    return changed(Tables(*rows, hidden=hidden), since, MODELS)  # type: ignore[arg-type]


def test_an_import_larger_than_any_page_is_seen_whole_and_left_behind() -> None:
    rows = [written(number, "09:10:00") for number in range(1, 2501)]
    late = written(9000, "09:30:00", "purchase.order")
    found = look(NINE, *rows, late)
    assert len(found.refs) == 2501
    assert found.watermark == Watermark(datetime(2026, 11, 17, 9, 30, tzinfo=UTC))
    assert names(look(found.watermark, *rows, late)) == ["S9000"]


def test_many_messages_are_seen_whole_while_other_models_move_on() -> None:
    rows = [message(number, "09:01:00", on=number) for number in range(1, 2501)]
    found = look(NINE, *rows, written(9000, "10:00:00"))
    assert len(found.refs) == 2501


def test_messages_hidden_from_us_do_not_end_the_look() -> None:
    rows = [message(number, "09:01:00", on=number) for number in range(1, 2501)]
    assert len(look(NINE, *rows, hidden=range(1, 2401)).refs) == 100


def test_a_message_committed_late_with_a_smaller_id_is_seen() -> None:
    found = look(NINE, message(51, "09:10:00", on=2))
    again = look(found.watermark, message(51, "09:10:00", on=2), message(50, "09:09:30", on=1))
    assert names(again) == ["S1", "S2"]


def test_messages_alone_move_the_watermark_on() -> None:
    found = look(NINE, message(50, "09:10:00", on=1), message(51, "09:20:00", on=2, author=OURS))
    assert names(found) == ["S1"]
    assert found.watermark.moment == datetime(2026, 11, 17, 9, 20, tzinfo=UTC)


def test_over_all_models_the_oldest_change_comes_first_and_each_once() -> None:
    rows = (written(1, "09:30:00"), written(2, "09:10:00", "purchase.order"), message(50, "09:05:00", on=3))
    assert names(look(NINE, *rows, message(51, "09:20:00", on=1))) == ["S3", "S2", "S1"]


def test_what_we_made_and_nobody_touched_is_no_change() -> None:
    assert names(look(NINE, written(1, "09:30:00", by=6), written(2, "09:31:00"))) == ["S2"]


def test_the_watermark_stays_where_nothing_changed_and_never_moves_back() -> None:
    assert look(NINE).watermark == NINE
    assert look(NINE, written(1, "08:56:00")).watermark == NINE


def test_what_changes_during_a_long_look_is_left_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([0.0, 600.0])
    monkeypatch.setattr(changes, "monotonic", lambda: next(ticks))
    assert look(NINE, written(1, "09:30:00")).watermark.moment == datetime(2026, 11, 17, 9, 20, tzinfo=UTC)
