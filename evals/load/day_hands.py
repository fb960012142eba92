"""The hands that do harm on a chaos day, one fault after the other."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from evals.load.day_site import Day, Fault


@dataclass
class Hand:
    """Does one fault after the other, each as often as the others, until its time is over."""

    day: Day
    faults: Mapping[str, Fault]
    chance: random.Random
    pause: float
    rest: float
    locks: Mapping[str, threading.Lock]
    until: float
    """Unix time."""
    happened: list[tuple[float, str, float]] = field(default_factory=list)
    """When (seconds since the begin), what, for how many seconds."""

    def run(self) -> None:
        """Do it."""
        began, deck = time.time(), list[str]()
        rested: dict[str, float] = {}
        while time.time() < self.until:
            time.sleep(self.chance.uniform(0.2, 2 * self.pause))
            deck = deck or self.chance.sample(list(self.faults), len(self.faults))
            name = deck.pop()
            fault, at = self.faults[name], time.time()
            tired = any(rested.get(place, 0) > at for place in fault.touches)
            if tired or (fault.alert and self.day.fires(fault.alert)):
                deck.insert(0, name)
                continue
            with held(fault.touches, self.locks) as is_free:
                if not is_free:
                    deck.insert(0, name)
                    continue
                try:
                    fault.make(self.day, self.chance)
                except Exception as error:  # the day goes on, and says at its end what could not be done
                    self.day.wrong.append(f"{name} could not be done: {type(error).__name__}: {error}")
                rested |= dict.fromkeys(fault.touches - {"calls"}, time.time() + self.rest)
            self.happened.append((at - began, name, time.time() - at))


@contextmanager
def held(places: frozenset[str], locks: Mapping[str, threading.Lock]) -> Iterator[bool]:
    """What a fault touches, for the length of the block; whether all of it was free."""
    taken: list[threading.Lock] = []
    try:
        for place in sorted(places):
            if not locks[place].acquire(blocking=False):
                yield False
                return
            taken.append(locks[place])
        yield True
    finally:
        for lock in taken:
            lock.release()


__all__ = ["Hand", "held"]
