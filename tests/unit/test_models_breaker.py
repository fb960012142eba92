"""When a breaker opens, whom it lets through, and when it closes again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from triage.errors import ModelRefused, ModelUnavailable
from triage.models.breaker import Breaker, Patience, Refused, State


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock, failures: int = 3) -> Breaker:
    breaker = Breaker(Patience(failures=failures, pause=10, longest_pause=60), clock)
    for _ in range(failures):
        fail(breaker)
    return breaker


def is_outage(error: BaseException) -> bool:
    return isinstance(error, ModelUnavailable)


def fail(breaker: Breaker, error: Exception | None = None) -> None:
    error = error or ModelUnavailable("down")
    with pytest.raises(type(error)), breaker.passing(is_outage):
        raise error


def answer(breaker: Breaker) -> None:
    with breaker.passing(is_outage):
        pass


def refused(breaker: Breaker) -> float:
    with pytest.raises(Refused) as found, breaker.passing(is_outage):
        pass
    return found.value.seconds


def test_it_opens_where_most_of_the_last_answers_failed() -> None:
    clock = Clock()
    breaker = broken(clock)
    assert breaker.state is State.OPEN
    assert refused(breaker) == 10
    clock.now = 4
    assert refused(breaker) == 6


def test_one_failure_in_ten_does_not_open_it() -> None:
    breaker = Breaker(Patience(failures=3))
    for n in range(200):
        fail(breaker) if n % 10 == 0 else answer(breaker)
    assert breaker.state is State.CLOSED


def test_what_the_server_declines_is_no_outage() -> None:
    breaker = Breaker(Patience(failures=3))
    for _ in range(10):
        fail(breaker, ModelRefused("the key was not accepted"))
    assert breaker.state is State.CLOSED


def test_after_the_pause_one_question_decides() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now = 10
    assert breaker.state is State.HALF_OPEN
    answer(breaker)
    assert breaker.state is State.CLOSED
    for _ in range(2):
        fail(breaker)
    assert breaker.state is State.CLOSED, "old failures are forgotten"


def test_each_failed_try_doubles_the_pause_up_to_a_bound() -> None:
    clock = Clock()
    breaker = broken(clock)
    pauses = []
    for _ in range(5):
        clock.now += refused(breaker)
        fail(breaker)
        pauses.append(refused(breaker))
    assert pauses == [20, 40, 60, 60, 60]
    clock.now += 60
    answer(breaker)
    for _ in range(3):
        fail(breaker)
    assert refused(breaker) == 10


def test_the_server_says_how_long_within_the_bound() -> None:
    clock = Clock()
    breaker = broken(clock, failures=2)
    clock.now = 10
    fail(breaker, ModelUnavailable("busy", retry_after=45))
    assert refused(breaker) == 45
    clock.now += 45
    fail(breaker, ModelUnavailable("busy", retry_after=9999))
    assert refused(breaker) == 60


def test_while_one_question_tries_nobody_else_passes() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now = 10
    with breaker.passing(is_outage), pytest.raises(Refused), breaker.passing(is_outage):
        pass
    assert breaker.state is State.CLOSED


def test_an_answer_to_a_question_of_before_does_not_close_it() -> None:
    breaker = Breaker(Patience(failures=2), Clock())
    with breaker.passing(is_outage):
        for _ in range(2):
            fail(breaker)
    assert breaker.state is State.OPEN


@pytest.mark.parametrize("error", [None, ModelUnavailable("down")])
def test_nor_while_another_question_tries(error: Exception | None) -> None:
    clock = Clock()
    breaker = Breaker(Patience(failures=3, pause=10, longest_pause=60), clock)
    before = breaker.passing(is_outage)
    before.__enter__()
    for _ in range(3):
        fail(breaker)
    clock.now = 10
    with breaker.passing(is_outage):
        with suppress(ModelUnavailable):
            before.__exit__(type(error) if error else None, error, None)
        assert breaker.state is State.HALF_OPEN
        refused(breaker)
    assert breaker.state is State.CLOSED


def test_it_counts_as_unanswered_while_it_is_open_and_a_while_after_the_pause_but_not_once_it_answered() -> None:
    clock = Clock()
    breaker = broken(clock)
    assert breaker.unanswered_seconds == 10 + 300
    clock.now = 10
    assert breaker.unanswered_seconds == 300
    clock.now = 310
    assert (breaker.state, breaker.unanswered_seconds) == (State.HALF_OPEN, 0)
    fail(breaker)
    assert breaker.unanswered_seconds == 20 + 300
    clock.now += 20
    answer(breaker)
    assert breaker.unanswered_seconds == 0


def test_threads_let_exactly_one_question_try() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now = 10
    passed: list[int] = []

    def ask(n: int) -> None:
        with suppress(Refused, ModelUnavailable), breaker.passing(is_outage):
            passed.append(n)
            raise ModelUnavailable("still down")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(64)))
    assert len(passed) == 1
