"""The process that classifies, summarises and extracts for the web process: models are loaded once, in here.

It is a process of its own so that computing never holds up an acknowledgement, and so that an answer that takes too
long can be ended. One JSON object a line comes in, one goes out; it ends when its input does.
"""

from __future__ import annotations

import base64
import json
import math
import mimetypes
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.comparing import NoOrders, beside_order
from triage.domain import Case, Company, Document, Policy
from triage.errors import ConfigurationError, ModelError, StoreError, TriageError
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.domain.policies import PolicyBook

_CHECKED_SECONDS = 5.0
_OF_DOCUMENTS = frozenset({"extract", "compare"})


class Answering:
    """Answers with the tasks of one model; made anew where the policy has changed."""

    def __init__(self, settings: Settings, model: str) -> None:
        self._settings = settings
        self._model = model
        self._made_for = ""
        self._activations = -math.inf
        """When it was last seen that these may act."""
        self._renew()

    def answer(self, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        """One answer: `{"line": ...}`, or `{"status", "detail"}` where it cannot be given."""
        try:
            policy = self._renew()
            line = self._read(kind, given, policy) if kind in _OF_DOCUMENTS else self._told(kind, given, policy)
        except (ConfigurationError, StoreError) as error:
            return {"status": 503, "detail": str(error)}
        except NoOrders:
            return {"status": 503, "detail": "Odoo gives no answer, so there is no order to compare with. Try again."}
        except ModelError as error:
            return {"status": 503, "detail": f"No model answered: {error}"}
        except TriageError as error:
            return {"status": 422, "detail": str(error)}
        return {"status": 422, "detail": line["error"]} if "error" in line else {"line": line}

    def _renew(self) -> Policy:
        from triage.cli.wiring import classifier, extractor, summariser

        book = self._settings.policies()
        policy = book.base
        if policy.fingerprint() != self._made_for:
            self._classify = classifier(self._model, policy)
            self._summarise = summariser(self._model, policy)
            self._extract = extractor(self._model, policy)
            self._made_for = policy.fingerprint()
            self._activations = -math.inf
        if time.monotonic() - self._activations > _CHECKED_SECONDS:
            self._check(book)
            self._activations = time.monotonic()
        return policy

    def _check(self, book: PolicyBook) -> None:
        """Raises `ConfigurationError` where only what was activated may act and something of this was not."""
        from triage.audit.activation import Activations
        from triage.cli.acting import parts_of
        from triage.cli.wiring import now, open_store

        with open_store(self._settings, create=True) as store:
            activations = Activations(store.journal, now)
            activations.check_parts(book, self._model, parts_of(self._extract, [self._classify, self._summarise]))

    def _told(self, kind: str, given: dict[str, Any], policy: Policy) -> dict[str, Any]:
        from triage.cli.batch import _classified, _summarised, _view
        from triage.verify.answers import verify

        case = _case(given, policy)
        view, name = _view(case, policy), given.get("id") or case.record.name
        task: Any = self._classify if kind == "classify" else self._summarise
        answer = verify(task.invoke(view), view)
        line = _classified(name, answer, policy) if kind == "classify" else _summarised(name, answer)
        read = [warning for message in case.messages for warning in message.warnings]
        return line | {"warnings": list(dict.fromkeys([*read, *line["warnings"]]))}

    def _read(self, kind: str, given: dict[str, Any], policy: Policy) -> dict[str, Any]:
        from triage.cli.batch import _extracted
        from triage.intake.text import clean

        name = clean(Path(given["name"]).name) or "document"
        media_type = given.get("media_type") or mimetypes.guess_type(name)[0] or "application/octet-stream"
        document = Document(name=name, media_type=media_type, content=base64.b64decode(given["content"]))
        line, paper = _extracted(name, document, self._extract, self._model, policy)
        if kind == "compare" and paper is not None:
            line |= beside_order(paper, given.get("order"), given.get("companies"), self._settings, policy)
        return line


def _case(given: dict[str, Any], policy: Policy) -> Case:
    from triage.cli.wiring import now
    from triage.intake.files import case_from_json
    from triage.intake.rows import case_from_row

    if given.get("case") is not None:
        return case_from_json(json.dumps(given["case"]).encode(), "case")
    row = {name: value for name, value in given["message"].items() if value is not None}
    return case_from_row({"id": given.get("id") or "message"} | row, 1, now(), Company(name="api"), policy.limits)


def main() -> None:
    """Serve until the input ends."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what anybody prints goes to the log, not between the answers

    def say(value: dict[str, Any]) -> None:
        out.write(json.dumps(value) + "\n")
        out.flush()

    try:
        answering = Answering(Settings.of(Path(sys.argv[1])), sys.argv[2])
    except Exception as error:
        say({"problem": str(error) if isinstance(error, TriageError) else type(error).__name__})
        return
    say({"problem": None})
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            say(answering.answer(asked["kind"], asked["given"]))
        except Exception as error:  # one request's trouble is not the next one's
            say({"status": 500, "detail": "", "error": type(error).__name__})


if __name__ == "__main__":
    import contextlib

    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        main()
