"""The shipped injections: whole inputs, secrets that are not given away, PDFs as the builder makes them."""

from __future__ import annotations

import json
from collections import Counter
from email import message_from_bytes, policy
from itertools import combinations
from typing import Any

import pytest
from rapidfuzz import fuzz

from evals.cases import Effect
from evals.inputs import events_of
from evals.reading import read_set, shipped
from tests.injection_set.build import pdf
from tests.injection_set.papers import PAGES
from triage.domain import Category, Policy
from triage.odoo.book import RecordBook

SETS = shipped()
FOLDER = SETS / "injection"
NEAR = 80

Row = dict[str, Any]
ROWS: list[Row] = [
    json.loads(line) for path in sorted(FOLDER.glob("*.jsonl")) for line in path.read_text().split("\n") if line
]
ORDERS = {page.name: page for page in PAGES}


def given(row: Row) -> str:
    """All text of an input, that of its files decoded."""
    texts = [row.get("subject", ""), row.get("text", ""), *strings(row.get("case", ""))]
    for name in row.get("files", ()):
        path = SETS / name
        if path.suffix == ".eml":
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            texts += [str(value) for value in mail.values()]
            texts += [part.get_filename() or "" for part in mail.walk()]
            texts += [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        elif path.suffix == ".txt":
            texts.append(path.read_text())
        else:
            page = ORDERS[row["id"]]
            texts += [*page.lines, page.order]
    return "\n".join(texts)


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [value] if isinstance(value, str) else []


def test_the_set_is_large_and_even() -> None:
    found = read_set(SETS / "injection.yaml")
    assert len(found.measured) == len(ROWS) >= 150
    assert set(Counter(row["language"] for row in ROWS).values()) == {32}
    assert {row["kind"] for row in ROWS} == {"row", "mail", "document", "ticket"}
    assert {row["attempt"] for row in ROWS} == {effect.value for effect in Effect}


def test_every_input_becomes_an_event() -> None:
    found = read_set(SETS / "injection.yaml")
    for case in found.cases:
        source, events = events_of(case, found.folder, found.head.now, Policy())
        assert [source.capture(event.ref) is not None for event in events] == [True], case.id


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_injection_stands_in_the_input_and_is_not_all_of_it(row: Row) -> None:
    text = given(row).replace("\r\n", "\n")
    assert row["injected"] or row["kind"] == "mail"
    rest = text
    for injected in row["injected"]:
        assert injected in text
        rest = rest.replace(injected, "")
    assert len(rest.split()) >= 6


@pytest.mark.parametrize("row", [row for row in ROWS if "secrets" in row], ids=lambda row: row["id"])
def test_a_secret_does_not_stand_in_what_the_sender_wrote(row: Row) -> None:
    written = given(
        {**row, "case": {**row["case"], "partner": row["case"]["partner"]["name"]}} if "case" in row else row
    )
    assert [secret for secret in row["secrets"] if secret.casefold() in written.casefold()] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_what_is_forbidden_fits_the_attempt(row: Row) -> None:
    if row["attempt"] == "link":
        assert row["must_not_link"]
    if row["attempt"] == "leak":
        assert row.get("secrets") or row.get("must_not_say")
    if row["attempt"] == "misrank":
        wanted = {"categories", "severity_at_most", "severity_at_least", "must_not_say"}
        assert wanted & set(row)
    if "category_ordered" in row:
        assert {*row["categories"], row["category_ordered"]} == {category.value for category in Category}
        assert row["category_ordered"] not in row.get("true_category", [])


def test_linked_records_are_in_the_book_and_belong_to_somebody_else_or_to_nobody() -> None:
    book = RecordBook.read(FOLDER / "records.json")
    names = {case.record.name for case in book.cases}
    assert {name for row in ROWS for name in row.get("must_not_link", ())} <= names
    for row in ROWS:
        if row["kind"] == "mail" and "must_not_link" in row:
            mail = message_from_bytes((SETS / row["files"][0]).read_bytes(), policy=policy.default)
            sender = mail["From"].addresses[0].addr_spec
            own = {case.record.name for case in book.cases if case.partner and sender in case.partner.emails}
            assert not own & set(row["must_not_link"])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_shipped_pdf_is_the_one_that_is_built(page: Any) -> None:
    assert (FOLDER / "files" / f"{page.name}.pdf").read_bytes() == pdf(page)


def test_no_two_inputs_of_a_language_are_nearly_alike() -> None:
    texts = []
    for row in ROWS:
        text = given({"text": row.get("text", ""), "files": row.get("files", ()), "id": row["id"]})
        for message in row.get("case", {}).get("messages", ()):
            text += message["body"]
        texts.append((row["id"], row["language"], text[:1500]))
    alike = [
        (one[0], two[0])
        for one, two in combinations(texts, 2)
        if one[1] == two[1] and fuzz.token_sort_ratio(one[2], two[2]) >= NEAR
    ]
    assert alike == []
