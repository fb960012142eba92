"""The plain methods that summaries are put beside: they pick what they should, and nobody is counted twice."""

from __future__ import annotations

from evals.cases import SummaryTarget
from evals.rivals_summaries import Tally, _distinct, lead, lex_rank, text_rank

TEXTS = [
    "Good morning.",
    "The pallets of order S00042 are late.",
    "Where are the pallets of the order S00042 now?",
    "My dog says hello.",
    "Order S00042 has late pallets again.",
]


def test_ranks_pick_the_sentences_that_others_repeat() -> None:
    for method in (text_rank, lex_rank):
        assert set(method(TEXTS, 2)) <= {TEXTS[1], TEXTS[2], TEXTS[4]}
        assert method(TEXTS, 9) == TEXTS
        assert method([], 3) == []
    assert lead(TEXTS, 2) == TEXTS[:2]


def test_sentences_are_counted_once_however_they_are_written() -> None:
    assert _distinct(["where are they?", "Where are they", "Order 42", "The order 42 is late.", ""]) == [
        "Where are they",
        "The order 42 is late.",
    ]


def test_a_tally_counts_points_exactly() -> None:
    tally = Tally()
    tally.add(SummaryTarget(key_points=("40 pallets late", "7 boxes"), asks=()), "40 pallets late", "40 pallets late")
    tally.add(SummaryTarget(key_points=("2 bolts",), asks=("send bolts",)), "2 bolts", "2 bolts, send bolts")
    assert tally.points == [(1, 2), (1, 1)]
    assert tally.line().split()[1:3] == ["0.667", "1.000"]
