"""The shipped mails to link: as the builder makes them, labelled from the records, no two alike, halves apart."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from evals.cases import LinkTarget
from evals.inputs import events_of
from evals.reading import read_set, shipped
from tests.links_set.build import SHIPPED, build, row
from tests.links_set.mails import stories
from tests.links_set.records import book, cases, open_to
from triage.domain import LinkStatus, Policy
from triage.odoo.book import RecordBook

STORIES = stories()
NEAR = 85


def test_what_ships_is_what_is_built(tmp_path: Path) -> None:
    build(tmp_path)
    built = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    there = {
        path.relative_to(SHIPPED): path.read_bytes()
        for path in SHIPPED.rglob("*")
        if path.is_file() and path.suffix != ".md"
    }
    assert built.keys() == there.keys()
    assert [str(name) for name in built if built[name] != there[name]] == []


def test_the_set_is_large_even_and_half_certain() -> None:
    assert len(STORIES) >= 300
    assert len(set(Counter(story.language for story in STORIES).values())) == 1
    for half in ("dev", "test"):
        of = [story for story in STORIES if story.half == half]
        assert len(of) >= 150
        assert sum(story.status == "certain" for story in of) >= 0.4 * len(of)
        assert {story.status for story in of} == {"certain", "several", "none"}


def test_a_family_is_in_one_half_only() -> None:
    halves: dict[str, set[str]] = {}
    for story in STORIES:
        halves.setdefault(story.family, set()).add(story.half)
    assert [family for family, found in halves.items() if len(found) > 1] == []


def test_the_records_are_many_and_the_book_is_read_as_built() -> None:
    found = RecordBook.read(SHIPPED / "odoo.json")
    assert found == book()
    assert len(found.cases) == 120
    assert 30 <= len(found.partners) <= 60
    domains = {email.rpartition("@")[2] for partner in found.partners for email in partner.emails}
    assert all(domain.endswith(".example") for domain in domains - {
        "gmail.com", "outlook.com", "t-online.de", "orange.fr", "ziggo.nl", "yahoo.es"
    })  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.id)
def test_a_label_names_records_that_its_sender_may_open(story) -> None:
    names = {case.record.name for case in cases()}
    assert set(story.records) <= names
    if story.sender not in (("own",), ("nobody",)):
        allowed = {name for key in story.sender for name in open_to(key)}
        assert set(story.records) <= allowed
    if story.sender == ("nobody",):
        assert story.status == "none"
    LinkTarget.model_validate(row(story)["target"])


@pytest.mark.parametrize("name", ["links", "links-dev"])
def test_every_mail_is_one_thread(name: str) -> None:
    found = read_set(shipped() / f"{name}.yaml")
    for case in found.measured:
        source, events = events_of(case, found.folder, found.head.now, Policy())
        assert [source.capture(event.ref) is not None for event in events] == [True], case.id


def test_no_two_mails_of_a_language_are_nearly_alike() -> None:
    texts = [(story.id, story.language, f"{story.one('Subject')} {story.body}"[:1500]) for story in STORIES]
    alike = [
        (one[0], other[0])
        for one, other in combinations(texts, 2)
        if one[1] == other[1] and fuzz.token_sort_ratio(one[2], other[2]) >= NEAR
    ]
    assert alike == []


def test_labels_stand_in_the_files_of_their_half() -> None:
    for half in ("dev", "test"):
        lines = [json.loads(line) for line in (SHIPPED / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()]
        assert {line["split"] for line in lines} == {half}
        assert [line["id"] for line in lines] == [story.id for story in STORIES if story.half == half]
    statuses = {line["target"]["status"] for line in lines}
    assert statuses == {status.value for status in (LinkStatus.CERTAIN, LinkStatus.SEVERAL, LinkStatus.NONE)}
