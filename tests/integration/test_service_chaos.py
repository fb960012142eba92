"""Random faults for a while: whatever came in is accounted for in the end."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from evals.load.chaos import Asked, accounted, run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_arrival_is_accounted_for(database: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        found = run(Asked(seconds=60, database=database), tmp_path, stack)
    assert accounted(found) == []
    assert found["exceptions"] == 120
    assert len(found["faults"]) >= 3
