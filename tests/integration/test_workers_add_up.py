"""Workers add up: where the model's time is the bound, four on one PostgreSQL do nearly four times the work of one."""

from __future__ import annotations

import pytest

from evals.load.model_bound import Asked, measured


@pytest.mark.slow
def test_four_workers_do_nearly_four_times_the_work_of_one_that_waits_for_the_same_model() -> None:
    # A call takes so long that two cores which others use as well are no bound: eight calls, one exception a second.
    many, one = measured(Asked(exceptions=32, model_seconds=2.5, most=8, workers=4)).values()
    assert many["calls under way, most"] <= 8
    assert one["calls under way, most"] <= 2
    assert many["answers a second"] / one["answers a second"] >= 2.5
