"""What is done by the clock: when, again at once where there is more, later where it fails; and the command."""

from __future__ import annotations

import threading

from triage.errors import OdooUnavailable
from triage.jobs.schedules import LONGEST_PAUSE, Schedule, Task


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Doing:
    """Does what it is told, and counts."""

    def __init__(self, *results: bool | Exception) -> None:
        self.results, self.times = list(results), 0

    def __call__(self) -> bool:
        self.times += 1
        result = self.results.pop(0) if self.results else False
        if isinstance(result, Exception):
            raise result
        return result


def test_a_task_is_done_at_once_and_then_by_its_time() -> None:
    clock, doing = Clock(), Doing()
    schedule = Schedule([Task("x", lambda: 60, doing)], clock)
    schedule.turn()
    schedule.turn()
    assert doing.times == 1
    clock.now += 60
    schedule.turn()
    assert doing.times == 2


def test_what_is_behind_goes_on_at_once() -> None:
    doing = Doing(True, True, False)
    schedule = Schedule([Task("x", lambda: 60, doing)], Clock())
    for _ in range(5):
        schedule.turn()
    assert doing.times == 3


def test_a_pause_that_cannot_be_told_ends_no_schedule() -> None:
    def lost() -> float:
        raise OdooUnavailable("the connection went meanwhile")

    task, good = Task("x", lost, Doing()), Doing()
    Schedule([task, Task("good", lambda: 60, good)], Clock()).turn()
    assert (task.failures, good.times) == (1, 1)


def test_what_fails_waits_longer_each_time_and_holds_nobody_else_up() -> None:
    clock = Clock()
    bad = Doing(*[OdooUnavailable("down")] * 12)
    task, good = Task("bad", lambda: 60, bad), Doing()
    schedule = Schedule([task, Task("good", lambda: 1, good)], clock)
    pauses = []
    for _ in range(12):
        schedule.turn()
        pauses.append(task.due - clock.now)
        clock.now = task.due
    assert pauses[:4] == [2, 4, 8, 16]
    assert max(pauses) == LONGEST_PAUSE
    assert (bad.times, good.times) == (12, 12)
    schedule.turn()
    assert (task.failures, task.due) == (0, clock.now + 60)


def test_an_error_of_any_kind_does_not_end_the_schedule() -> None:
    bad, good = Doing(ZeroDivisionError("x")), Doing()
    Schedule([Task("bad", lambda: 1, bad), Task("good", lambda: 1, good)], Clock()).turn()
    assert good.times == 1


def test_it_works_until_it_is_told_to_stop() -> None:
    stopping = threading.Event()

    def last() -> bool:
        stopping.set()
        return True

    never = Doing()
    Schedule([Task("last", lambda: 0, last), Task("never", lambda: 0, never)])(stopping)
    assert never.times == 0
