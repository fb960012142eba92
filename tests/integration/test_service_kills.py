"""Web process and workers killed while exceptions come in over HTTP: one card, one note and one outcome of each."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from evals.load.kills import WRONG, Asked, run, wrong


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_is_lost_doubled_or_asked_again_once_it_was_recorded(database: str, tmp_path: Path) -> None:
    asked = Asked(exceptions=40, kills=3, concurrency=3, model_seconds=0.05, database=database, minutes=4)
    with ExitStack() as stack:
        found = run(asked, tmp_path, stack)
    assert {name: found[name] for name in WRONG} == dict.fromkeys(WRONG, 0)
    assert found["chain"] == "whole"
    assert sum(found["kills"].values()) == 3
    assert found["acknowledged"] == found["calls"] == 42
    assert set(found["outcomes"]) <= {"advised", "coalesced"}
    # Of each job that was under way when its worker was killed, the one answer that was not recorded yet.
    of_workers = sum(count for name, count in found["kills"].items() if name != "web")
    assert found["asked without need"] <= of_workers * asked.concurrency


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_told(name: str) -> None:
    fine = dict.fromkeys(WRONG, 0) | {"asked without need": 0, "asked without need, share": 0.0, "chain": "whole"}
    assert wrong(fine) == []
    assert wrong(fine | {name: 1}) == [f"{name}: 1"]
    assert wrong(fine | {"chain": "a, record 3"}) == ["chain: a, record 3"]
    assert wrong(fine | {"asked without need": 9, "asked without need, share": 0.03}) == [
        "9 questions asked without need"
    ]
