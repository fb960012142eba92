"""The record of a run: one folder with what was measured, by what, on what, and every answer and score.

    run.json       revision, packages, model, prompts, policy, sets: everything that acted
    cases.jsonl    a line a finished case: input, target, output, score; appended as they finish, sorted at the end
    answers.jsonl  with --record: every exchange with the model
    figures.jsonl  a line a figure, at the end

Seconds are under `taken` and in figures marked `timing`; everything else repeats to the last digit.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import triage
from evals.answering import Taken
from evals.cases import Kind
from evals.measures import Figure, Scored
from evals.remembering import trim
from triage import __version__
from triage.domain import Frozen, fingerprint
from triage.domain.base import Moment
from triage.errors import InputError

RUN, CASES, FIGURES = "run.json", "cases.jsonl", "figures.jsonl"


class MeasuredSet(Frozen):
    """Which set was measured."""

    name: str
    kind: Kind
    description: str
    caution: str = ""
    data: str
    """Hash of its cases and their files."""
    cases: int
    by: tuple[str, ...]


class RunHead(Frozen):
    """What acted in a run, and on what."""

    started_at: Moment
    finished_at: Moment | None = None
    version: str = __version__
    revision: str | None = None
    """Git commit, with `+changes` where files differ from it; none outside a checkout."""
    code: str = ""
    """Hash of the sources of `triage`: cases answered by other code are not mixed into a run."""
    python: str
    machine: str
    packages: dict[str, str]
    model: str
    replayed: str | None = None
    """The run whose recorded answers were used."""
    parameters: dict[str, Any] = {}
    policy: str
    """Fingerprint of the policy."""
    acting: dict[str, str]
    """Prompts, models, learnt layers and rules, by name: hashes."""
    sets: tuple[MeasuredSet, ...]

    def identity(self) -> str:
        """Of all that a model's answer depends on: a killed run may be continued only by the same."""
        sets = [[one.name, one.data] for one in self.sets]
        return fingerprint([self.model, self.replayed, self.parameters, self.policy, self.acting, sets])


class CaseResult(Frozen):
    """One finished case."""

    set: str
    digest: str
    """Of input, target and files."""
    scored: Scored
    input: dict[str, Any]
    target: dict[str, Any]
    note: str = ""
    output: dict[str, Any]
    warnings: tuple[str, ...] = ()
    error: str = ""
    taken: Taken

    @property
    def id(self) -> str:
        """The case's id."""
        return self.scored.id

    @property
    def key(self) -> tuple[str, str]:
        """Set and id."""
        return self.set, self.scored.id


class SetFigure(Figure):
    """A figure of a set."""

    set: str


class RunFolder:
    """A run's folder. Raises `InputError` for a folder that holds no run, or a broken one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        """Whether a run was begun here."""
        return (self.path / RUN).exists()

    @property
    def answers(self) -> Path:
        """The recorded exchanges."""
        return self.path / "answers.jsonl"

    def head(self) -> RunHead:
        """What acted."""
        text = self._text(RUN)
        try:
            return RunHead.model_validate_json(text)
        except ValidationError as error:
            raise InputError(str(self.path / RUN), "is no head of a run.", "Run the measurement again.") from error

    def write_head(self, head: RunHead) -> None:
        """Write or replace what acted."""
        self.path.mkdir(parents=True, exist_ok=True)
        _replace(self.path / RUN, head.model_dump_json(indent=1) + "\n")

    def results(self) -> list[CaseResult]:
        """The finished cases."""
        return [_parsed(CaseResult, line, self.path / CASES, n) for n, line in self._lines(CASES)]

    def resume(self) -> list[CaseResult]:
        """The finished cases of a run that was killed, after cutting off what was half written."""
        trim(self.path / CASES)
        return self.results() if (self.path / CASES).exists() else []

    def begin_again(self) -> None:
        """Forget the finished cases, and keep the recorded answers."""
        (self.path / CASES).unlink(missing_ok=True)

    def append(self, results: Iterable[CaseResult]) -> None:
        """Add finished cases; each line is on the disk before this returns."""
        text = "".join(result.model_dump_json() + "\n" for result in results)
        try:
            with (self.path / CASES).open("a", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise InputError(
                str(self.path / CASES),
                f"cannot be written ({error.strerror}).",
                "Make room and start again with the same --out: finished cases are kept.",
            ) from error

    def finish(self, results: Sequence[CaseResult], figures: Sequence[SetFigure], head: RunHead) -> None:
        """Write the cases in order, the figures and the end of the run."""
        _replace(self.path / CASES, "".join(result.model_dump_json() + "\n" for result in results))
        _replace(self.path / FIGURES, "".join(figure.model_dump_json() + "\n" for figure in figures))
        self.write_head(head)

    def figures(self) -> list[SetFigure]:
        """The figures. Raises `InputError` where there is no run, or it has not ended."""
        if self.head().finished_at is None or not (self.path / FIGURES).exists():
            raise InputError(
                str(self.path), "the run has not ended.", f"`triage eval run ... --out {self.path}` continues it."
            )
        return [_parsed(SetFigure, line, self.path / FIGURES, n) for n, line in self._lines(FIGURES)]

    def _lines(self, name: str) -> list[tuple[int, str]]:
        return [(n, line) for n, line in enumerate(self._text(name).split("\n"), start=1) if line.strip()]

    def _text(self, name: str) -> str:
        try:
            return (self.path / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                str(self.path), f"holds no run: {name} cannot be read.", "Name the folder of a run (--out)."
            ) from error


def _parsed(kind: Any, line: str, path: Path, number: int) -> Any:
    try:
        return kind.model_validate_json(line)
    except ValidationError as error:
        raise InputError(f"{path}, line {number}", "is not what a run writes.", "Run the measurement again.") from error


def _replace(path: Path, text: str) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def revision() -> str | None:
    """The commit of the checkout that this code runs from."""
    folder = Path(__file__).parents[1]
    if not (folder / ".git").exists():
        return None
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return commit + ("+changes" if changed else "")


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=20)
    return done.stdout.strip()


def code() -> str:
    """SHA-256 (hex) of every source file of the package that is measured."""
    folder = Path(triage.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def packages() -> dict[str, str]:
    """Every installed package with its version."""
    found = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def machine() -> str:
    """What it ran on, without its name."""
    return f"{platform.system()} {platform.machine()}"


def now() -> datetime:
    """The clock on the wall, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def as_json(value: Frozen) -> dict[str, Any]:
    """A value as a JSON object, without what is not set."""
    made: dict[str, Any] = json.loads(value.model_dump_json(exclude_none=True, exclude_defaults=True))
    return made
