"""Two processes publish the same cards at once: one note a card."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.contract.arranged import Arranged
from tests.contract.posting import messages, note, text
from tests.contract.racing import publish
from tests.contract.targets import Target
from triage.odoo.verbs import Note

CARDS = 100
PROCESSES = 2


def test_two_processes_with_the_same_hundred_cards_leave_a_hundred_notes(target: Target, arranged: Arranged) -> None:
    record = arranged.order()
    markers = [f"card-{arranged.token}-{number}" for number in range(CARDS)]
    before, start = len(messages(arranged, record)), time.time() + 5
    with ProcessPoolExecutor(PROCESSES, mp_context=multiprocessing.get_context("spawn")) as pool:
        runs = [pool.submit(publish, target.bot_server, record, markers, start) for _ in range(PROCESSES)]
        told = sum((run.result() for run in runs), Counter[str]())
    assert told == Counter(posted=CARDS, updated=CARDS * (PROCESSES - 1))
    assert len(messages(arranged, record)) - before == CARDS
    domain = [("module", "=", "__triage__"), ("name", "in", markers)]
    rows = arranged.admin.search("ir.model.data", domain, ["name", "res_id"])
    assert len({row.number("res_id") for row in rows}) == len(rows) == CARDS


def test_who_loses_a_race_finds_the_note_of_who_won(target: Target, arranged: Arranged) -> None:
    record, marker = arranged.order(), f"card-{arranged.token}"
    before = len(messages(arranged, record))
    if target.sandbox is not None:  # a real Odoo races by itself, above
        rival = Note(marker=marker, record=record, text=text("From the rival"))
        target.sandbox.faults.concurrently("ir.actions.server", "run", lambda: target.gate.do([rival]))
    first = target.gate.do([note(marker, record)])[0]
    again = target.gate.do([note(marker, record)])[0]
    assert first.ref == again.ref
    assert again.status == "updated"
    assert len(messages(arranged, record)) - before == 1
