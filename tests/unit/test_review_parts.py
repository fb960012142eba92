"""Parts of five people: what is shown of somebody's work, now and later, cannot be taken apart by subtracting."""

from __future__ import annotations

from itertools import permutations

import hypothesis.strategies as st
from hypothesis import given, settings

from service.review.parts import Group, Week, tellable, to_read

LAST = 40 * 52 + 57
"""Joining begins anew in the middle of what the tests look at."""

Done = dict[str, dict[int, set[str]]]


def looked(done: Done, until: int, weeks: int) -> tuple[dict[str, set[str]], set[str]]:
    """By group the cells (`week person`) that its row adds up, and the hidden groups."""
    read = {week.number for week in to_read(Week(until), weeks)}
    work: dict[str, dict[int, Group]] = {}
    for name, by_week in done.items():
        for number in read.intersection(by_week):
            for who in by_week[number]:
                work.setdefault(name, {}).setdefault(number, Group()).add([who], {f"{number} {who}": 1})
    shown, hidden = tellable(work, Week(until), weeks)
    return {name: set(group.counts) for name, group in shown.items()}, hidden


def people(cells: set[str]) -> set[str]:
    return {cell.split(" ")[1] for cell in cells}


WORK = st.dictionaries(
    st.sampled_from(["stock", "delay", "credit"]),
    st.dictionaries(st.integers(LAST - 14, LAST), st.sets(st.sampled_from("abcdefgh"), min_size=1)),
    min_size=1,
)


@settings(max_examples=150, deadline=None)
@given(WORK)
def test_no_two_looks_part_the_work_of_fewer_than_five(done: Done) -> None:
    looks = [looked(done, until, weeks)[0] for until in range(LAST - 5, LAST + 2) for weeks in (1, 4, 13, 52)]
    for one, other in permutations(looks, 2):
        for name in set(one) & set(other):
            rest = people(one[name] - other[name])
            assert not rest or len(rest) >= 5


@settings(max_examples=150, deadline=None)
@given(WORK, st.sampled_from([1, 4, 13, 52]))
def test_what_a_look_leaves_out_is_of_five_together_or_of_nobody(done: Done, weeks: int) -> None:
    shown, hidden = looked(done, LAST + 1, weeks)
    cells = {
        f"{number} {who}"
        for by_week in done.values()
        for number, names in by_week.items()
        if LAST + 1 - weeks <= number
        for who in names
    }
    every = {name: {f"{number} {who}" for number, names in by_week.items() for who in names}
             for name, by_week in done.items()}  # fmt: skip
    left = {who for name, mine in every.items() for who in people((mine & cells) - shown.get(name, set()))}
    assert not shown or not left or len(left) >= 5
    assert all(len(people(mine)) >= 5 and mine <= cells for mine in shown.values())
    assert hidden.isdisjoint(shown)
    assert hidden | set(shown) == {name for name, mine in every.items() if mine & cells}


def test_weeks_with_five_people_are_told_each() -> None:
    done = {"stock": {LAST: set("abcde"), LAST - 1: set("abcdef")}}
    assert len(looked(done, LAST + 1, 1)[0]["stock"]) == 5
    assert len(looked(done, LAST + 1, 4)[0]["stock"]) == 11


def test_weeks_with_fewer_are_joined_with_the_next_ones() -> None:
    done = {"stock": {LAST - 2: set("abc"), LAST - 1: set("cd"), LAST: set("ef")}}
    assert len(looked(done, LAST + 1, 4)[0]["stock"]) == 7
    assert looked(done, LAST + 1, 1) == ({}, {"stock"})
    assert looked(done, LAST, 4) == ({}, {"stock"})
