"""A chaos day: every event accounted for, every alert that had to fire did, and no other.

On PostgreSQL, which knows every fault, half an hour of harm; on a file some minutes. `TRIAGE_TEST_DAY_MINUTES=2` makes
both shorter, for whoever works on the day itself.
"""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from evals.load.chaos_day import Asked, run
from evals.load.day_alerts import TIMINGS

MINUTES = {"postgresql": 30.0, "sqlite": 4.0}
SHORTER = os.environ.get("TRIAGE_TEST_DAY_MINUTES")


@pytest.mark.slow
@pytest.mark.parametrize("database", MINUTES)
def test_a_day_of_faults(database: str, tmp_path: Path) -> None:
    if shutil.which("prometheus") is None:
        pytest.skip("prometheus is not here, and without it no alert is judged: apt install prometheus")
    minutes = float(SHORTER or MINUTES[database])
    with ExitStack() as stack:
        found = run(Asked(minutes=minutes, database=database, seed=11), tmp_path, stack)
    assert found["wrong"] == []
    assert found["alerts looked at"].startswith("by Prometheus")
    wanted = set(filter(None, found["alerts that had to fire"].split(", ")))
    assert wanted
    assert wanted <= TIMINGS.keys()
    assert found["exceptions"] >= 60 * minutes
    if SHORTER is None:
        assert found["minutes"] >= minutes
        assert len(found["faults"]) >= 8
        assert len(wanted) >= (6 if minutes >= 30 else 2)
