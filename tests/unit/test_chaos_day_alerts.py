"""Which alerts a chaos day expects: derived from claims, by the times of the rules as they are shipped."""

from __future__ import annotations

import re

import pytest
import yaml

from evals.load.day_alerts import TIMINGS, Claims
from evals.load.day_long import LONG
from evals.load.day_short import SHORT
from evals.load.prometheus import RULES

UNITS = {"s": 1, "m": 60, "h": 3600}
NOT_PROVOKED = {"TriageQueueOld", "TriageSweepLate", "TriageDiskFull"}
"""Their thresholds are minutes that no factor makes shorter, or a disk that a test must not fill."""
RULED = {rule["alert"]: rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]}


def seconds(text: str) -> float:
    return float(text[:-1]) * UNITS[text[-1]]


def test_times_are_those_of_the_shipped_rules() -> None:
    assert set(TIMINGS) == set(RULED) - NOT_PROVOKED
    for name, timing in TIMINGS.items():
        assert timing.waits == seconds(RULED[name].get("for", "0s")), name
        ranges = [seconds(each) for each in re.findall(r"\[(\d+[smh])\]", RULED[name]["expr"])]
        assert timing.looks_back == max(ranges, default=0), name


def test_names_of_faults_are_their_own() -> None:
    assert not set(SHORT) & set(LONG)
    assert all(fault.touches for fault in [*SHORT.values(), *LONG.values()])


@pytest.mark.parametrize(
    ("fired", "bad"),
    [
        ([(1020, 1050)], 0),
        ([], 1),  # it had to
        ([(1500, 1510)], 2),  # too late to be about that
        ([(1020, 1050), (1500, 1501)], 1),
    ],
)
def test_what_had_to_fire_and_what_must_not(fired: list[tuple[float, float]], bad: int) -> None:
    claims = Claims(factor=10)
    claims.add("TriageNoWorker", 1000, 1040, "no worker ran", must=True)
    found = claims.judged({"TriageNoWorker": fired} if fired else {})
    assert len(found) == bad
    assert all("TriageNoWorker" in each for each in found)


def test_how_long_it_lasted_says_whether_it_must_or_may() -> None:
    claims = Claims(factor=10)
    for lasted in (3, 11, 200):  # the rule waits 12 seconds
        claims.lasted("TriageDown", 1000, 1000 + lasted, "the web process was away")
    assert [claim.must for claim in claims.made] == [False, True]
    assert claims.wanted() == ["TriageDown"]
    assert claims.judged({"TriageDown": [(1013, 1014)]}) == []
    assert len(claims.judged({"TriageDown": [(1013, 1014)], "TriageStoreErrors": [(1013, 1014)]})) == 1
