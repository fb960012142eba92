"""Read sets: a YAML head and its JSONL files, each mistake with file and line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from evals.cases import TARGETS, EvalCase, EvalSet, ExtractionTarget
from triage.domain import fingerprint
from triage.errors import InputError, UsageError

MOST_PROBLEMS = 50


@dataclass(frozen=True)
class LoadedSet:
    """A set with its cases, in the order of its files."""

    head: EvalSet
    folder: Path
    """What paths in the set are relative to."""
    cases: tuple[EvalCase, ...]
    """All splits."""
    digests: Mapping[str, str]
    """By case id: hash of input, target and the files that they name."""
    data_hash: str
    """Of all measured cases."""

    @property
    def name(self) -> str:
        """As the head says."""
        return self.head.name

    @property
    def measured(self) -> tuple[EvalCase, ...]:
        """The cases of the split that is measured."""
        return tuple(case for case in self.cases if (case.split or self.head.split) == self.head.split)

    def digest(self, case: EvalCase) -> str:
        """Hash of a case with its files: runs are compared where it is the same."""
        return self.digests[case.id]


class SetInvalid(InputError):
    """A set has mistakes; `problems` has one line each."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        shown = "\n".join(f"  {problem}" for problem in problems[:MOST_PROBLEMS])
        more = f"\n  and {len(problems) - MOST_PROBLEMS} more" if len(problems) > MOST_PROBLEMS else ""
        word = "mistake" if len(problems) == 1 else "mistakes"
        super().__init__(source, f"{len(problems)} {word}:\n{shown}{more}")


def shipped() -> Path:
    """The folder of the sets that come with the package."""
    return Path(str(resources.files("evals"))) / "sets"


def find_sets(wanted: Sequence[Path]) -> list[Path]:
    """The YAML files of the sets that are meant: files, folders of them, or names of shipped sets; none means all.

    Raises `UsageError` for what is none of these.
    """
    found: list[Path] = []
    for path in wanted or [shipped()]:
        named = shipped() / f"{path}.yaml"
        if path.is_dir():
            members = sorted(path.glob("*.yaml"))
            if not members:
                raise UsageError(f"{path}: holds no set. A set is a YAML file; `triage eval schema` shows its form.")
            found += members
        elif path.is_file():
            found.append(path)
        elif len(path.parts) == 1 and named.is_file():
            found.append(named)
        else:
            known = ", ".join(member.stem for member in sorted(shipped().glob("*.yaml")))
            raise UsageError(f"{path}: there is no such set, file or folder. Shipped sets: {known or 'none'}.")
    return list(dict.fromkeys(found))


def read_set(path: Path) -> LoadedSet:
    """A set with all its cases. Raises `SetInvalid` that lists file, line and mistake."""
    head = _head(path)
    problems: list[str] = []
    cases: list[EvalCase] = []
    seen: dict[str, str] = {}
    for file in files_of(head.files, path):
        for where, line in _lines(file, path.parent, problems):
            case = _case(line, head, where, problems)
            if case is None:
                continue
            if case.id in seen:
                problems.append(f"{where}: id {case.id!r} is used already in {seen[case.id]}")
            seen[case.id] = where
            problems += [f"{where}: there is no file {name}" for name in _named(case) if not _there(path.parent, name)]
            cases.append(case)
    if not cases and not problems:
        problems.append("no case in its files")
    if problems:
        raise SetInvalid(str(path), problems)
    return loaded(head, path.parent, cases)


def loaded(head: EvalSet, folder: Path, cases: Sequence[EvalCase]) -> LoadedSet:
    """A set put together from its parts. The files that its cases name must be there."""
    digests = {case.id: _digest(case, folder) for case in cases}
    measured = [case.id for case in cases if (case.split or head.split) == head.split]
    whole = fingerprint([head.kind.value, head.now.isoformat(), [[id_, digests[id_]] for id_ in measured]])
    return LoadedSet(head, folder, tuple(cases), digests, whole)


def _digest(case: EvalCase, folder: Path) -> str:
    files = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in _named(case)]
    return fingerprint([case.fingerprint(), files])


def _named(case: EvalCase) -> list[str]:
    """The files that a case names."""
    truth = case.target.truth if isinstance(case.target, ExtractionTarget) else None
    return [*case.input.files, *filter(None, (case.input.records, truth if isinstance(truth, str) else None))]


def _there(folder: Path, name: str) -> bool:
    return (folder / name).is_file()


def files_of(patterns: Sequence[str], path: Path) -> list[Path]:
    """The files that patterns beside a set's file mean, sorted within each pattern. Raises `InputError` for none."""
    found: list[Path] = []
    for pattern in patterns:
        members = sorted(path.parent.glob(pattern)) if not pattern.startswith("../") else _outside(path, pattern)
        if not members:
            raise InputError(str(path), f"no file {pattern} beside it.", "Correct `files`, or add the file.")
        found += members
    return found


def _outside(path: Path, pattern: str) -> list[Path]:
    folder = path.parent
    while pattern.startswith("../"):
        folder, pattern = folder.parent, pattern[3:]
    return sorted(folder.glob(pattern))


def _head(path: Path) -> EvalSet:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), f"cannot be read ({type(error).__name__}).") from error
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SetInvalid(str(path), [f"{path.name}: is not YAML: {' '.join(str(error).split())}"]) from error
    if not isinstance(data, dict):
        raise SetInvalid(str(path), [f"{path.name}:1: is no mapping with name, kind, description, licence and files"])
    try:
        return EvalSet.model_validate_json(json.dumps(data, default=_text))
    except ValidationError as error:
        raise SetInvalid(
            str(path), [f"{path.name}:{_line_of(node, e['loc'])}: {_said(e)}" for e in _of(error)]
        ) from error


def _text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _line_of(node: yaml.Node | None, loc: Sequence[int | str]) -> int:
    """The line on which the YAML value at `loc` stands, or that of the innermost value around it."""
    line = 1
    for step in loc:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _lines(file: Path, folder: Path, problems: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    name = file.relative_to(folder) if file.is_relative_to(folder) else file
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}: cannot be read ({type(error).__name__})")
        return
    # Not splitlines(): a message may hold a raw line separator (U+2028).
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            data = json.loads(line)
        except ValueError as error:
            problems.append(f"{where}: is not JSON: {error}")
            continue
        if isinstance(data, dict):
            yield where, data
        else:
            problems.append(f"{where}: is no JSON object")


def _case(line: dict[str, Any], head: EvalSet, where: str, problems: list[str]) -> EvalCase | None:
    case = shaped(line, head.fields, head.defaults)
    case["licence"] = case.get("licence") or head.licence
    target = case.get("target")
    before = len(problems)
    if not isinstance(target, dict):
        problems.append(f"{where}: target: is missing or no object")
        return None
    try:
        checked = TARGETS[head.kind].model_validate_json(json.dumps(target))
    except ValidationError as error:
        problems += [f"{where}: target.{_said(e)}" for e in _of(error)]
        checked = None
    case["target"] = checked
    try:
        made = EvalCase.model_validate(_with_text_id(case))
    except ValidationError as error:
        problems += [f"{where}: {_said(e)}" for e in _of(error) if e["loc"][:1] != ("target",)]
        return None
    return made if len(problems) == before else None


def shaped(line: Mapping[str, Any], fields: Mapping[str, str], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """A line as a case: parts by dotted name, from the line's keys where `fields` maps them."""
    case: dict[str, Any] = {}
    if fields:
        for name, key in fields.items():
            if line.get(key) is not None:
                _put(case, name, line[key])
    else:
        case = {key: dict(value) if isinstance(value, dict) else value for key, value in line.items()}
    for name, value in defaults.items():
        _put(case, name, value, only_absent=True)
    return case


def _put(case: dict[str, Any], name: str, value: Any, only_absent: bool = False) -> None:
    *parents, last = name.split(".")
    for parent in parents:
        inner = case.setdefault(parent, {})
        if not isinstance(inner, dict):
            return
        case = inner
    if only_absent:
        case.setdefault(last, value)
    elif last in {"tags", "files"} and not isinstance(value, list):
        case[last] = [value]
    else:
        case[last] = value


def _with_text_id(case: dict[str, Any]) -> dict[str, Any]:
    if isinstance(case.get("id"), int) and not isinstance(case.get("id"), bool):
        case["id"] = str(case["id"])
    return case


def _of(error: ValidationError) -> list[Any]:
    return error.errors(include_url=False, include_input=False, include_context=False)


def _said(problem: Any) -> str:
    where = ".".join(str(step) for step in problem["loc"])
    said = str(problem["msg"]).removeprefix("Value error, ")
    return f"{where}: {said}" if where else said
