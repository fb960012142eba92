"""A model server for load: slow and failing as told, it answers the questions of a case, and counts them by content.

    python -m evals.load.fake_model --seconds 0.2 --failing 0.1

A process of its own. It prints its address; each line on standard input is answered by a line: `counts`,
`fail SECONDS` (503 for so long), `rubbish SECONDS` (answers that are none), `slow SECONDS MORE` (each takes so much
longer), `failing SECONDS SHARE` (another share of failures).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import socket
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.fake_model_server import Asked, FakeModelServer, says, status

_ORDER = re.compile(r"\bT\d{5}\b")
_PASSAGE = "the parts inside are bent"
_RUBBISH = "Certainly! Here is { what you asked for:"
TROUBLES = ("fail", "rubbish", "slow", "failing")


@dataclass
class Tally:
    """What was asked, by order and task."""

    good: Counter[str] = field(default_factory=Counter)
    """Answers by content."""
    failed: int = 0
    """Requests that were answered by an error on purpose."""
    limited: int = 0
    """Requests beyond `most` at once, refused with 429."""
    left: int = 0
    """Good answers that came when nobody waited for them any more: the asker was killed meanwhile."""
    busy_seconds: float = 0.0
    """Sum of the time that requests waited for their answer: two at once count twice."""
    under_way: int = 0
    most_at_once: int = 0

    def told(self) -> dict[str, Any]:
        """For the other side."""
        return {
            "asked": self.good.total() + self.failed + self.limited,
            "good": self.good.total(),
            "different": len(self.good),
            "again": self.good.total() - len(self.good),
            "failed": self.failed,
            "limited": self.limited,
            "left": self.left,
            "busy_seconds": self.busy_seconds,
            "most_at_once": self.most_at_once,
            "time": time.monotonic(),
        }


class Model:
    """The behaviour of the server: `seconds` for each answer, a share `failing`, no more than `most` at once."""

    def __init__(self, seconds: float, failing: float, most: int | None = None) -> None:
        self.tally = Tally()
        self.troubles: dict[str, tuple[float, float]] = {}
        """What it was told to do wrong: until when (monotonic), and how much."""
        self._seconds = seconds
        self._failing = failing
        self._most = most
        self._chance = random.Random(11)  # noqa: S311
        self._lock = threading.Lock()

    def __call__(self, handler: Any, asked: Asked) -> None:
        """Answer one request."""
        refused = self._enter(asked)
        if refused:
            status(refused)(handler, asked)
            return
        began = time.monotonic()
        time.sleep(self._seconds + (self._told("slow") or 0.0))
        with self._lock:
            self.tally.under_way -= 1
            self.tally.busy_seconds += time.monotonic() - began
            self.tally.left += _is_gone(handler.connection)
        says(_RUBBISH if self._told("rubbish") is not None else json.dumps(answer(asked)))(handler, asked)

    def trouble(self, name: str, seconds: float, size: float = 0.0) -> None:
        """Do this wrong for so long from now."""
        self.troubles[name] = (time.monotonic() + seconds, size)

    def _told(self, name: str) -> float | None:
        """How much of this trouble there is now; none where there is none."""
        until, size = self.troubles.get(name, (0.0, 0.0))
        return size if time.monotonic() < until else None

    def _enter(self, asked: Asked) -> int:
        handed = content(asked)
        with self._lock:
            tally = self.tally
            share = self._told("failing")
            failing = self._failing if share is None else share
            if self._told("fail") is not None or self._chance.random() < failing:
                tally.failed += 1
                return 503
            if self._most is not None and tally.under_way >= self._most:
                tally.limited += 1
                return 429
            tally.good[handed] += 1
            tally.under_way += 1
            tally.most_at_once = max(tally.most_at_once, tally.under_way)
        return 0


def _is_gone(connection: socket.socket) -> bool:
    """Whether the other side has closed its end."""
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def content(asked: Asked) -> str:
    """What a request is about: the first order number in it, and the task. The marker in it is random each time."""
    found = _ORDER.search(asked.text)
    return f"{found[0] if found else '?'} {task_of(asked)}"


def task_of(asked: Asked) -> str:
    """Which task asks: told by the fields of its answer."""
    fields = _fields(asked)
    if "suggestions" in fields:
        return "classify"
    return "reply" if set(fields) == {"text", "language"} else "summarise" if fields else "plain"


def answer(asked: Asked) -> dict[str, Any]:
    """A good answer."""
    fields = _fields(asked)
    if "suggestions" in fields:
        quote = {"source": "message:0", "text": _PASSAGE}
        suggestion = {
            "category": "damage_loss", "subtype": None, "secondary": [], "side": "customer", "severity": "normal",
            "severity_why": "", "quotes": [quote], "against": [], "facts": [], "record": None, "abstain": False,
            "reason": "", "missing": [],
        }  # fmt: skip
        return {"suggestions": [suggestion], "language": "en"}
    if not fields:
        return {"category": "damage_loss", "summary": "The goods arrived damaged.", "reply": "We look into it."}
    empty: dict[str, Any] = {name: [] for name in fields}
    texts = {name: "The goods arrived damaged." for name, form in fields.items() if form.get("type") == "string"}
    return empty | texts | ({"language": "en"} if "language" in fields else {})


def _fields(asked: Asked) -> dict[str, Any]:
    form = asked.body.get("text", {}).get("format", {})
    found = form.get("schema", {}).get("properties", {})
    return found if isinstance(found, dict) else {}


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.2, help="time of an answer")
    parser.add_argument("--failing", type=float, default=0.0, help="share of requests that get 503")
    parser.add_argument("--most", type=int, help="so many at once; others get 429")
    asked = parser.parse_args()
    model = Model(asked.seconds, asked.failing, asked.most)
    with FakeModelServer() as server:
        server.plan(model)
        server._http.handle_error = lambda *_: None  # type: ignore[method-assign]  # askers are killed on purpose
        print(json.dumps(server.url), flush=True)
        for line in sys.stdin:
            word, _, rest = line.strip().partition(" ")
            if word in TROUBLES:
                model.trouble(word, *map(float, rest.split()))
            server.requests.clear()
            print(json.dumps(model.tally.told()), flush=True)


if __name__ == "__main__":
    main()
