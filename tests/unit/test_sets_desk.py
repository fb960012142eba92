"""The desk's cases are what their README says: whole, consistent with themselves, in order of time."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from evals.reading import read_set, shipped
from triage.domain import Case

LANGUAGES = {"en", "de", "fr", "es", "nl"}

Row = dict[str, Any]

ROWS: list[Row] = [
    json.loads(line)
    for path in sorted((shipped() / "desk").glob("*.jsonl"))
    for line in path.read_text().split("\n")
    if line
]
each = pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])


def written(case: Case) -> str:
    return "\n".join(f"{message.subject}\n{message.body}\n{message.quoted}" for message in case.messages)


def figures(text: str) -> list[str]:
    return [word.strip(".,;:()'\"%") for word in re.findall(r"\S*\d\S*", text)]


def stands(figure: str, source: str) -> bool:
    """Whether the figure, or the number it writes with a decimal comma, stands in the text as a word of its own."""
    spellings = {figure, figure.replace(".", "").replace(",", ".")}
    return any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", source) for one in spellings)


def moments(value: object) -> list[str]:
    """Every time of day in the record, as written."""
    if isinstance(value, dict):
        return [found for part in value.values() for found in moments(part)]
    if isinstance(value, list):
        return [found for part in value for found in moments(part)]
    return [value] if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value) else []


def test_the_set_reads_and_two_thirds_of_it_are_measured() -> None:
    found = read_set(shipped() / "desk.yaml")
    assert (len(found.cases), len(found.measured)) == (60, 40)
    assert Counter((row["language"], row["split"]) for row in ROWS) == {
        (language, split): count for language in LANGUAGES for split, count in (("dev", 4), ("test", 8))
    }


def test_no_manner_is_in_both_splits() -> None:
    splits = {split: {row["style"] for row in ROWS if row["split"] == split} for split in ("dev", "test")}
    assert not splits["dev"] & splits["test"]


@each
def test_messages_are_in_order_and_nothing_is_known_before_it_happened(row: Row) -> None:
    case = Case.model_validate(row["case"])
    times = [message.sent_at for message in case.messages if message.sent_at]
    assert 1 <= len(case.messages) == len(times) <= 3
    assert times == sorted(times)
    past = [time for one in case.shipments for time in (one.date_done, one.delivered_at, one.last_scan) if time]
    assert max([times[-1], *past, *(promise.made_at for promise in case.promises)]) <= case.captured_at


@each
def test_times_carry_the_offset_of_the_companys_zone(row: Row) -> None:
    case = Case.model_validate(row["case"])
    zone = ZoneInfo(case.company.timezone)
    written_at = moments(row["case"])
    assert written_at
    for text in written_at:
        time = case.captured_at.fromisoformat(text)
        assert time.utcoffset() == time.astimezone(zone).utcoffset(), text


@each
def test_references_stand_in_the_messages_and_figures_in_the_case(row: Row) -> None:
    source = re.sub(r"(\d{4}-\d\d-\d\d)T", r"\1 ", json.dumps(row["case"], ensure_ascii=False))
    assert 2 <= len(row["key_points"]) <= 3
    assert row["note"]
    assert [one for text in row["key_points"] for one in figures(text) if not stands(one, source)] == []
    assert [one for one in row["references"] if one not in written(Case.model_validate(row["case"]))] == []


@each
def test_what_is_owed_is_what_open_invoices_say(row: Row) -> None:
    case = Case.model_validate(row["case"])
    if case.partner and case.partner.credit and case.partner.credit.on_hold:
        owed = sum((invoice.amount_residual for invoice in case.invoices), Decimal(0))
        assert owed == case.partner.credit.receivable
    for shipment in {move.shipment for move in case.moves}:
        assert shipment in {one.ref.name for one in case.shipments}
