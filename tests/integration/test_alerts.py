"""A real Prometheus over a real service that is hurt: the right alert fires, and no other."""

from __future__ import annotations

import shutil

import pytest

from evals.load.alerts import TROUBLES, run


@pytest.mark.slow
def test_alerts_fire_for_their_own_trouble_and_no_other() -> None:
    if shutil.which("prometheus") is None:
        pytest.skip("prometheus is not here: apt install prometheus")
    assert run(["dead", "model", "checkpoint", "refused", "odoo"]) == []


def test_every_trouble_names_an_alert_of_its_own() -> None:
    named = [alert for trouble in TROUBLES.values() for alert in trouble.alerts]
    assert len(named) == len(set(named)) == len(TROUBLES)
