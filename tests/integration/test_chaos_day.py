"""Some minutes of a chaos day: every event accounted for, every alert that had to fire did, and no other."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from evals.load.chaos_day import Asked, run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_some_minutes_of_a_day(database: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        found = run(Asked(minutes=4, database=database, seed=11), tmp_path, stack)
    assert found["wrong"] == []
    assert found["exceptions"] >= 240
    assert len(found["faults"]) >= 8
