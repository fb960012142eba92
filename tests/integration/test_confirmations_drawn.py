"""The shipped confirmations drawn as PDFs, read and compared: what reading loses, comparing must not invent.

Reading is measured by its own sets; here stands a floor, so that neither room breaks the other's work unseen.
"""

from __future__ import annotations

from functools import cache

from evals.document_confirmations import LAYOUTS, Told, figures, told


@cache
def every() -> tuple[Told, ...]:
    return tuple(told("confirmations-dev"))


def test_drawn_confirmations_are_compared() -> None:
    found = figures(every())
    assert found["drawings"] == found["compared"] >= 25 * len(LAYOUTS)


def test_nearly_all_are_right_in_every_difference_though_read_from_a_page() -> None:
    wrong = [(one.id, one.layout, one.found) for one in every() if not one.values["all"]]
    assert len(wrong) <= 0.05 * len(every()), wrong


def test_none_that_agrees_is_shown_with_another_price_or_quantity() -> None:
    assert [(one.id, one.layout, one.found) for one in every() if one.values["false_figure"]] == []
