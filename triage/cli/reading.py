"""`triage extract`: which documents there are in the files, and how a document looks to a person."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from triage.cli.show import console, internal_error, literal, shown
from triage.domain import LINE_FIELD_NAMES, Document, Limits
from triage.errors import InputError, TriageError
from triage.intake.text import clean


def documents_in(files: Sequence[Path], limits: Limits) -> Iterator[tuple[str, Document | TriageError]]:
    """Each file as a document under the name it was given, or why it cannot be read; folders in order of names."""
    for path in files:
        members = sorted(p for p in path.rglob("*") if p.is_file() or _leads_nowhere(p)) if path.is_dir() else [path]
        if not members:
            yield str(path), InputError(str(path), "is a folder without files.", "Name another one.")
        for member in members:
            try:
                yield str(member), _document(member, limits)
            except TriageError as error:
                yield str(member), error
            except Exception as error:
                yield str(member), internal_error(error)


def _leads_nowhere(path: Path) -> bool:
    return path.is_symlink() and not path.exists()


def _document(path: Path, limits: Limits) -> Document:
    if _leads_nowhere(path):
        raise InputError(str(path), "is a link to a file that is not there.", "Remove it, or bring the file back.")
    try:
        size = path.stat().st_size
        if size == 0:
            raise InputError(str(path), "is empty.", "Save or send it again.")
        if size > limits.max_file_bytes:
            raise InputError(
                str(path),
                f"has {size / 1e6:.0f} MB; at most {limits.max_file_bytes / 1e6:.0f} MB are read.",
                "Split it, or raise limits.max_file_bytes in the policy.",
            )
        content = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror}).") from error
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Document(name=clean(path.name), media_type=media_type, content=content)


def paper_report(line: dict[str, Any]) -> None:
    """Print one extracted document for a person."""
    out = console()
    out.print()
    out.print(literal(line["file"], style="bold"))
    if line.get("error"):
        out.print(literal(f"  not read: {line['error']}"))
        return
    if line.get("xml"):
        out.print(literal(f"  {_source(line['xml'])}", style="dim"))
    for name, found in line["fields"].items():
        value = f"  {name:<26} {shown(str(found['value']))}  "
        out.print(Text.assemble(value, (_place(found), "dim")))
    for name, found in line.get("unsure", {}).items():
        out.print(
            literal(f"  {name:<26} unsure, not used: {shown(str(found['value']))} ({_place(found)})", style="dim")
        )
    if line["lines"]:
        out.print(_lines(line["lines"]))
    for check in line["checks"]:
        out.print(literal(f"  {'ok ' if check['passed'] else 'BAD'} {check['detail']}"))
    for warning in line["warnings"]:
        out.print(literal(f"  mind: {warning}"))


def _source(xml: dict[str, Any]) -> str:
    """`read from the embedded XML factur-x.xml (UN/CEFACT CrossIndustryInvoice, urn:cen.eu:en16931:2017)`."""
    where = f"the embedded XML {xml['name']}" if xml["embedded"] else "the XML"
    return f"read from {where} ({', '.join(filter(None, (xml['syntax'], xml['profile'])))})"


def _place(found: dict[str, Any]) -> str:
    """Where a value stands; what the XML states was not estimated, so nothing is said of how sure it is."""
    page = f"page {found['page']}"
    if found.get("path"):
        return f"XML and {page}" if found["page"] else "XML"
    sure = f"{found['confidence']:.0%}" if found["confidence"] is not None else "not measured"
    return f"{page}, {sure}"


def _lines(lines: Sequence[dict[str, Any]]) -> Table:
    shown = [name for name in LINE_FIELD_NAMES if any(name in line for line in lines)]
    table = Table(*shown, box=None, padding=(0, 1))
    for line in lines:
        table.add_row(*(literal(_cell(line.get(name))) for name in shown))
    return table


def _cell(found: Any) -> str:
    return "" if found is None else str(found["value"] if isinstance(found, dict) else found)
