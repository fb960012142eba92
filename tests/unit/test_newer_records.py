"""Two versions side by side: what a newer one wrote is read by an older one, and acted on by the newer one only."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.opened_store import COMPANY, NOW, ORDER, Opened, case, event, proposal, ref
from triage.audit import chain, sealing
from triage.audit.checkpoints import make
from triage.audit.export import Period, export
from triage.audit.journal import open_record
from triage.audit.story import story
from triage.audit.verify import verify
from triage.cards.seen import seen
from triage.domain import Arrival, Door, Frozen, NoException, Policy
from triage.domain.base import version_number
from triage.domain.cards import CardState
from triage.errors import ChainBroken, NewerRecord
from triage.jobs.inbox import Inbox
from triage.storage import cards, records
from triage.storage import inbox as rows

NEWER = "999.1.2"
"""A version that does not exist."""


def newer(value: Frozen | None, *, name: str | None = None, **more: object) -> bytes:
    """What that version records: with fields, and perhaps a type, that nobody knows here."""
    said = json.loads(value.model_dump_json()) if value else {}
    for path, new in more.items():
        place = said
        *above, last = path.split("__")
        for step in above:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = new
    kind = name or type(value).__name__
    return zlib.compress(f'{{"type":"{kind}","by":"{NEWER}","value":{json.dumps(said)}}}'.encode(), 1)


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    with Opened(home) as everything:
        yield everything


@pytest.fixture
def as_newer(monkeypatch: pytest.MonkeyPatch):
    """Inside, the software writes as the newer version would: each value with these fields more."""

    def write(**more: object) -> pytest.MonkeyPatch:
        monkeypatch.setattr(sealing, "encode", lambda value: newer(value, **more))
        return monkeypatch

    return write


def test_versions_grow() -> None:
    told = ["", "0.1", "0.1.1", "0.2.0rc1", "0.10", "1", "1.0.1", NEWER]
    assert [version_number(each) for each in told] == sorted({version_number(each) for each in told})


def test_an_older_record_of_this_software_reads_as_it_did() -> None:
    before = zlib.compress(f'{{"type":"Policy","value":{Policy().model_dump_json()}}}'.encode(), 1)
    assert sealing.decode(before) == Policy()
    strange = zlib.compress(b'{"type":"Gone","value":{"kind":"gone","colour":"blue"}}', 1)
    for reading in (True, False):
        with pytest.raises(ChainBroken):
            sealing.decode(strange, reading=reading)
    mine = zlib.compress(f'{{"type":"Gone","by":"{sealing.WRITTEN_BY}","value":{{"colour":"blue"}}}}'.encode(), 1)
    with pytest.raises(ChainBroken):
        sealing.decode(mine, reading=True)


def test_unknown_fields_of_a_newer_version_are_for_readers_only() -> None:
    content = newer(case(), mood="calm", messages__0__tone="cross")
    assert sealing.decode(content, reading=True) == case()
    with pytest.raises(NewerRecord, match=r"written by version 999\.1\.2 and says more than") as told:
        sealing.decode(content)
    assert told.value.version == version_number(NEWER)
    assert sealing.decode(newer(case())) == case()  # says nothing that is unknown
    assert sealing.raw(content)[1]["messages"][0]["tone"] == "cross"


@pytest.mark.parametrize("reading", [True, False])
def test_what_a_newer_version_calls_otherwise_is_its_own(reading: bool) -> None:
    for content in (newer(None, name="Dream", depth=3), newer(case(), captured_at="when the cock crew")):
        with pytest.raises(NewerRecord):
            sealing.decode(content, reading=reading)
    assert sealing.type_of(newer(None, name="Dream")) == "Dream"


def test_a_journal_with_newer_records_verifies_and_is_told(opened: Opened, as_newer: object, tmp_path: Path) -> None:
    log = opened.journal.of(event())
    patch = as_newer(mood="calm")  # type: ignore[operator]
    log.once("capture", ORDER, lambda _: case())
    patch.undo()
    card = log.atomic("card", None, lambda _: opened.cards.put(proposal(), event().key))
    patch.setattr(sealing, "encode", lambda _: newer(None, name="Dream", depth=3))
    log.note("dream", ref(1))
    patch.undo()
    log.close(NoException(why="thanks"))
    found = verify(opened.database, opened.keys)
    assert (found.first_bad, found.opened) == (None, 5)
    told = story(opened.database, opened.keys, card)
    assert [each.step or each.kind for each in told] == ["event", "capture", "card", "dream", "outcome"]
    assert [each.value for each in told][1:4:2] == [case(), None]
    bundle = tmp_path / "bundle"
    export(opened.database, opened.keys, bundle, Period(), make(opened.journal, opened.clock), with_keys=True)
    lines = [json.loads(line) for line in (bundle / "records.jsonl").read_text("utf-8").splitlines()]
    said = {line["type"]: line["value"] for line in lines}
    assert said["Case"]["mood"] == "calm"
    assert said["Dream"] == {"depth": 3}


def test_a_newer_record_is_hashed_as_it_was_written(opened: Opened, as_newer: object) -> None:
    patch = as_newer(mood="calm")  # type: ignore[operator]
    log = opened.journal.of(event())
    log.once("capture", ORDER, lambda _: case())
    patch.undo()
    record = records.at(opened.database, COMPANY, 2)
    assert record is not None
    assert chain.fault(record, 2, record.prev_hash) is None
    assert open_record(record, opened.keys) == case()
    with pytest.raises(NewerRecord):
        opened.journal.opened(record)
    with pytest.raises(NewerRecord):
        opened.journal.of(event()).once("capture", ORDER, lambda _: pytest.fail("was recorded, and not paid twice"))


def test_a_newer_card_is_shown_and_not_written(opened: Opened, as_newer: object) -> None:
    log = opened.journal.of(event())
    patch = as_newer(deputy="mila", proposal__weather="rain")  # type: ignore[operator]
    card = log.atomic("card", None, lambda _: opened.cards.put(proposal(), event().key))
    patch.undo()
    stored = opened.cards.get(card.number)
    assert (stored, opened.cards.all(CardState.OPEN)) == (card, [card])
    for change in (
        lambda: opened.cards.save(stored, stored.revision),
        lambda: opened.cards.put(proposal(summary="Another word."), "file:2"),
    ):
        with pytest.raises(NewerRecord):
            change()
    found = verify(opened.database, opened.keys)
    assert (found.first_bad, found.cards) == (None, 1)
    content = sealing.unseal(*sealed_card(opened))
    assert sealing.raw(content)[1]["deputy"] == "mila"  # nothing of it was lost


def test_a_card_that_was_made_from_newer_records_is_shown_with_what_is_known_of_them(
    opened: Opened, as_newer: object
) -> None:
    log = opened.journal.of(event())
    patch = as_newer(mood="calm")  # type: ignore[operator]
    log.once("capture", ORDER, lambda _: case())
    patch.setattr(sealing, "encode", lambda _: newer(None, name="Dream", depth=3))
    log.note("dream", ref(1))
    patch.undo()
    card = log.atomic("card", None, lambda _: opened.cards.put(proposal(case="f" * 64), event().key))
    found = seen(card, opened.journal)
    assert found is not None
    assert found.case == case()


def sealed_card(opened: Opened) -> tuple[object, ...]:
    row = cards.by_number(opened.database, 1)
    assert row is not None
    return row.sealed, opened.keys, row.case_id, row.place()


def test_an_arrival_that_is_left_to_a_newer_version_is_not_offered_here(opened: Opened, as_newer: object) -> None:
    box = Inbox(opened.journal, opened.clock)
    patch = as_newer(mood="calm")  # type: ignore[operator]
    box.accept(
        Arrival(
            key="a", source="odoo", door=Door.API, company=COMPANY, ref=ORDER, case=case(), received_at=NOW, due_at=NOW
        )
    )
    patch.undo()
    now = "9999"
    mine = version_number(sealing.WRITTEN_BY)
    (row,) = rows.due(opened.database, COMPANY, now, 9, version=mine)
    with pytest.raises(NewerRecord) as told:
        box.load(row)
    rows.change(opened.database, row.id, {}, {"version": told.value.version})
    assert rows.due(opened.database, COMPANY, now, 9, version=mine) == []
    assert [each.id for each in rows.due(opened.database, COMPANY, now, 9, version=version_number(NEWER))] == [row.id]
