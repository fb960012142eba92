"""Mail files from the stories: headers, encodings and attachments as different mail programs make them.

A story in `stories/HALF-LANGUAGE.txt` begins with `## family | target | sender`: the target is `= S01187`, `none` or
`several S01187 S01203`, the sender a firm or firms of `firms.py`, `own` or `nobody`. Headers follow, then an empty line
and the text. Besides mail headers there are `Reply: S01187.2` (answers the second message of that record's thread),
`Refs: S01187.2` (the same, without In-Reply-To), `File: name.pdf: line / line` and `Html`.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.links_set.records import message_id

STORIES = Path(__file__).parent / "stories"
_FIRST = datetime(2026, 11, 24, 5, 2, tzinfo=UTC)
_TO = ("orders@haldenroos.example", "Halden & Roos <orders@haldenroos.example>", "verkoop@haldenroos.example")


@dataclass
class Story:
    """One mail with its right answer."""

    half: str
    language: str
    number: int
    family: str
    status: str
    records: tuple[str, ...]
    sender: tuple[str, ...]
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @property
    def id(self) -> str:
        return f"link-{self.half}-{self.language}-{self.number:02}"

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")


def stories() -> list[Story]:
    """All stories: development half first, by language."""
    return [story for path in sorted(STORIES.glob("*.txt")) for story in _stories(path)]


def _stories(path: Path) -> Iterator[Story]:
    half, language = path.stem.split("-")
    parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    for number, part in enumerate(parts, start=1):
        first, _, rest = part.partition("\n")
        family, target, sender = (cell.strip() for cell in first.split("|"))
        head, _, body = rest.partition("\n\n")
        status, *records = target.split()
        yield Story(
            half=half,
            language=language,
            number=number,
            family=family,
            status="certain" if status == "=" else status,
            records=tuple(records),
            sender=tuple(sender.split()),
            headers=[_header(line) for line in head.splitlines()],
            body=body.strip("\n") + "\n",
        )


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name, value.strip()


def packed(story: Story) -> bytes:
    """The mail file; the same bytes every time."""
    mark = hashlib.sha256(story.id.encode()).hexdigest()
    dice = int(mark[:8], 16)
    mail = EmailMessage(policy=SMTP)
    name, address = parseaddr(story.one("From"))
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = _TO[dice % len(_TO)]
    mail["Subject"] = story.one("Subject")
    mail["Date"] = format_datetime(_FIRST + timedelta(minutes=dice % 170))
    mail["Message-ID"] = f"<{mark[:24]}@{address.rpartition('@')[2]}>"
    for name, value in _thread_headers(story, mark):
        mail[name] = value
    for extra in story.all("Header"):
        mail[extra.partition(":")[0]] = extra.partition(":")[2].strip()
    _content(mail, story, dice)
    for file in story.all("File"):
        name, _, lines = file.partition(":")
        mail.add_attachment(pdf(lines.split(" / ")), maintype="application", subtype="pdf", filename=name)
    if mail.is_multipart():
        _bound(mail, mark)
    # Wide: a folded Message-ID would become an encoded word.
    return mail.as_bytes(policy=SMTP.clone(max_line_length=998))


def _thread_headers(story: Story, mark: str) -> Iterator[tuple[str, str]]:
    reply, refs = story.one("Reply"), story.one("Refs")
    if not reply and not refs:
        return
    record, _, n = (reply or refs).partition(".")
    earlier = [message_id(record, k) for k in range(1, int(n) + 1)]
    if reply:
        yield "In-Reply-To", earlier[-1]
    # Some programs put a message before ours that nobody has.
    unknown = [f"<{mark[30:44]}@mx.example>"] if refs else []
    yield "References", " ".join([*unknown, *earlier])


def _content(mail: EmailMessage, story: Story, dice: int) -> None:
    text = story.body
    try:
        text.encode("latin-1")
        charset = ("utf-8", "iso-8859-1", "utf-8")[dice % 3]
    except UnicodeEncodeError:
        charset = "utf-8"
    way = ("quoted-printable", "base64", "8bit", "quoted-printable")[dice % 4]
    if story.all("Html"):
        paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in text.strip().split("\n\n"))
        mail.set_content(f"<html><body>{paragraphs}</body></html>\n", subtype="html", charset="utf-8", cte="base64")
        return
    mail.set_content(text, charset=charset, cte=way)
    if dice % 5 == 0 and not story.all("File"):
        lines = "<br>\n".join(html.escape(line) for line in text.strip().split("\n"))
        mail.add_alternative(f'<div dir="ltr">{lines}</div>\n', subtype="html", charset="utf-8", cte="quoted-printable")


def _bound(mail: EmailMessage, mark: str) -> None:
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{mark[:16]}_{number}")


def pdf(lines: list[str]) -> bytes:
    """A paper of one page; the same bytes every time."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 11)
    for number, line in enumerate(lines):
        canvas.drawString(60, 760 - 24 * number, line.strip())
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()
