"""Files and folders to unlinked cases: `.eml`, `.txt`, `.pdf`, `.xml`, and `.json` that holds a Case.

One bad file is one `InputError`; the others go on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from triage.domain import Case, Document, Limits, RecordRef
from triage.errors import InputError
from triage.intake.mail import Mail, parse_mail
from triage.intake.text import clean, read_text
from triage.intake.thread import Unlinked, threads

SUFFIXES = (".eml", ".txt", ".pdf", ".xml", ".json")
_OTHER_SUFFIXES = {
    ".msg": "Save the mail as .eml from Outlook.",
    ".mbox": "Export the mails one by one as .eml.",
    ".zip": "Unpack it first.",
    ".jsonl": "Use `triage classify --jsonl` for rows.",
}


@dataclass
class _Found:
    mails: list[Mail] = field(default_factory=list)
    others: list[Unlinked] = field(default_factory=list)
    problems: list[InputError] = field(default_factory=list)


def read_files(paths: Sequence[Path], limits: Limits | None = None) -> tuple[list[Unlinked], list[InputError]]:
    """Everything readable in the paths as unlinked cases, and one error for each file that is not.

    Folders are read with their subfolders; hidden files and links that lead back are skipped. Mails of one thread
    become one case. The result depends on the files' content, not on their order.
    """
    limits = limits or Limits()
    found = _Found()
    for path, named in _files(paths, found):
        try:
            _read(path, limits, found, named)
        except InputError as error:
            found.problems.append(error)
        except OSError as error:
            found.problems.append(InputError(str(path), f"cannot be read ({error.strerror or error}).", _RIGHTS))
        except Exception as error:
            said = f"internal error ({type(error).__name__}: {str(error)[:200]}); please report it."
            found.problems.append(InputError(str(path), said))
    others = {(other.ref.key, other.digests): other for other in found.others}
    return threads(found.mails) + [others[key] for key in sorted(others)], found.problems


_RIGHTS = "Check the path and your rights to it."


def _files(paths: Sequence[Path], found: _Found) -> Iterator[tuple[Path, bool]]:
    """Each file once, and whether the caller named it (rather than its folder)."""
    seen: set[Path] = set()
    for path in paths:
        try:
            real = path.resolve(strict=True)
            is_folder = real.is_dir()
        except (OSError, RuntimeError) as error:
            found.problems.append(_unreachable(path, error))
            continue
        if not is_folder:
            if real not in seen:
                seen.add(real)
                yield path, True
            continue
        members = list(_below(path, seen, set(), found))
        yield from ((member, False) for member in members)
        if not members and not any(str(path) in problem.source for problem in found.problems):
            found.problems.append(
                InputError(
                    str(path), "the folder holds no file that can be read.", f"Readable are {', '.join(SUFFIXES)}."
                )
            )


def _unreachable(path: Path, error: Exception) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError(str(path), "there is no such file or folder.", "Check the path.")
    if isinstance(error, RuntimeError) or getattr(error, "errno", None) == 40:
        return InputError(str(path), "is a link that leads back to itself.", "Remove the link.")
    return InputError(str(path), f"cannot be reached ({getattr(error, 'strerror', None) or error}).", _RIGHTS)


def _below(folder: Path, seen: set[Path], open_folders: set[Path], found: _Found) -> Iterator[Path]:
    try:
        real = folder.resolve(strict=True)
        members = sorted(folder.iterdir(), key=lambda p: p.name)
    except (OSError, RuntimeError) as error:
        found.problems.append(_unreachable(folder, error))
        return
    if real in open_folders:
        return
    for member in members:
        if member.name.startswith("."):
            continue
        try:
            target = member.resolve(strict=True)
        except (OSError, RuntimeError) as error:
            found.problems.append(_unreachable(member, error))
            continue
        if target.is_dir():
            yield from _below(member, seen, open_folders | {real}, found)
        elif target not in seen:
            seen.add(target)
            yield member


def _read(path: Path, limits: Limits, found: _Found, named: bool) -> None:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        remedy = _OTHER_SUFFIXES.get(suffix, f"Readable are {', '.join(SUFFIXES)}.")
        raise InputError(str(path), f"files of type {suffix or '(none)'} are not read.", remedy)
    data = _content(path, limits)
    if suffix == ".eml":
        found.mails.append(parse_mail(data, str(path), limits))
        return
    if suffix == ".json" and not named and _is_record_book(data):
        return
    ref, digest = file_ref(clean(path.name), data)
    if suffix == ".txt":
        message = read_text(data, str(path), limits)
        found.others.append(Unlinked(ref=ref, digests=(digest,), messages=(message,)))
    elif suffix == ".pdf":
        found.others.append(Unlinked(ref=ref, digests=(digest,), documents=(_pdf(path, data),)))
    elif suffix == ".xml":
        paper = Document(name=clean(path.name), media_type="application/xml", content=data)
        found.others.append(Unlinked(ref=ref, digests=(digest,), documents=(paper,)))
    else:
        found.others.append(Unlinked(ref=ref, digests=(digest,), given=case_from_json(data, str(path))))


def file_ref(name: str, data: bytes) -> tuple[RecordRef, str]:
    """How a file is referred to, and its SHA-256 (hex). Two files of one name are two references."""
    digest = hashlib.sha256(data).hexdigest()
    return RecordRef(model="file", id=None, name=f"{name}#{digest[:8]}"), digest


def _content(path: Path, limits: Limits) -> bytes:
    """The bytes of a file, at most as many as the limit; a larger file is not read at all."""
    if not path.is_file():
        raise InputError(str(path), "is no regular file.", "Name a file or a folder.")
    size = path.stat().st_size
    if size > limits.max_file_bytes:
        raise InputError(
            str(path),
            f"has {size / 1e6:,.0f} MB; at most {limits.max_file_bytes / 1e6:,.0f} MB are read.",
            "Split it, or raise limits.max_file_bytes in the policy.",
        )
    with path.open("rb") as stream:
        data = stream.read(limits.max_file_bytes + 1)
    if not data.strip():
        raise InputError(str(path), "the file is empty.", "Save it again or leave it out.")
    return data


def _pdf(path: Path, data: bytes) -> Document:
    if b"%PDF-" not in data[:1024]:
        raise InputError(str(path), "is no PDF although it is called one.", "Open it and save it as PDF again.")
    return Document(name=clean(path.name), media_type="application/pdf", content=data)


def case_from_json(data: bytes, name: str) -> Case:
    """A Case from its JSON. `InputError` names the first thing that is wrong, by its path, and how many more are."""
    try:
        return Case.model_validate_json(data)
    except ValidationError as error:
        raise InputError(name, f"is no case: {first_problem(error)}", _SCHEMA) from error


_SCHEMA = "`triage.domain.schema('Case')` gives the JSON schema of a case."


def first_problem(error: ValidationError) -> str:
    """One line for what pydantic found: the first problem with its path, and how many more there are."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    where = ".".join(str(step) for step in problems[0]["loc"])
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    said = problems[0]["msg"][:200]
    return f"{where}: {said}{more}." if where else f"{said}{more}."


def _is_record_book(data: bytes) -> bool:
    """A folder of mails often holds the records too; they are read as such, not as a case."""
    if b'"cases"' not in data or b'"company"' not in data:
        return False
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "cases" in value and "record" not in value
