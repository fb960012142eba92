"""Files that hang on a record or came with its messages."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from triage.domain import Document, Limits
from triage.odoo.capture import wanted
from triage.odoo.capture.missing import DOCUMENTS
from triage.odoo.capture.reading import Reader
from triage.odoo.rows import Row

MOST = 200
"""How many files one case carries at the most, the newest."""
MOST_BYTES = 100_000_000
"""How many bytes of files one case carries at the most, all together."""
PORTION_BYTES = 8_000_000
"""How many bytes of files one call brings, unless a single file is larger: a call must end before its deadline."""
_TINY_IMAGE = 5_000
"""Bytes. A smaller image is a logo or a counting pixel."""
_SMALL_IMAGE = 40_000
"""Bytes. A picture with a mail program's own name is a photo from this size on, a logo below."""
_LOGO = re.compile(r"(?:image\d{3}|outlook-.*|logo.*)\.\w+", re.IGNORECASE)
_NO_PAPERS = frozenset(
    ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "text/calendar")
)


def read_listed(reader: Reader, model: str, number: int, messages: Iterable[Row]) -> list[Row]:
    """What hangs on a record and its messages, the oldest first, without contents. One call.

    Contents of fields (pictures, generated reports) are no attachments.
    """
    with_messages = sorted({each for message in messages for each in message.many("attachment_ids")})
    own: list[object] = ["&", "&", ("res_model", "=", model), ("res_id", "=", number), ("res_field", "=", False)]
    domain = ["|", ("id", "in", with_messages), *own] if with_messages else own
    rows = reader.search(DOCUMENTS, "ir.attachment", domain, wanted.ATTACHMENT, order="id desc", limit=MOST + 1)
    if len(rows) > MOST:
        reader.missing.note(DOCUMENTS, f"only the newest {MOST} were read")
    return rows[:MOST][::-1]


def chosen(reader: Reader, rows: Iterable[Row], limits: Limits) -> list[Row]:
    """Which of the files to read: each content once, no logos and signatures, none that is too large.

    What is too large is named in the notes, and what is too much beside newer files.
    """
    found: list[Row] = []
    total = 0
    for row in reversed(list(_papers(rows))):
        size, name = _size(row), row.text("name")
        if size > limits.max_file_bytes:
            reader.missing.note(DOCUMENTS, f"{name} is larger than {limits.max_file_bytes:,} bytes")
        elif total + size > MOST_BYTES:
            reader.missing.note(DOCUMENTS, f"{name} is beyond {MOST_BYTES:,} bytes of all files together")
        else:
            total += size
            found.append(row)
    return found[::-1]


def _papers(rows: Iterable[Row]) -> Iterator[Row]:
    """Files that may tell something, each name and content once."""
    seen: set[tuple[str | None, str | None]] = set()
    for row in rows:
        what = (row.text("name"), row.text("checksum"))
        if is_paper(row, _size(row)) and not (what in seen and what[1]):
            seen.add(what)
            yield row


def _size(row: Row) -> int:
    return int(row.number("file_size") or 0)


def is_paper(row: Row, size: int) -> bool:
    """Whether a file may tell something: no link, signature, logo or counting pixel."""
    media, name = row.text("mimetype") or "", row.text("name") or ""
    if row.text("type") == "url" or media in _NO_PAPERS:
        return False
    if media.startswith("image/"):
        return size >= (_SMALL_IMAGE if _LOGO.fullmatch(name) else _TINY_IMAGE)
    return True


def read_documents(reader: Reader, rows: Sequence[Row], messages: Iterable[Row]) -> tuple[Document, ...]:
    """The files with their contents. One call for every few megabytes, none where there are no files."""
    came_with = {each: str(message.id) for message in messages for each in message.many("attachment_ids")}
    contents: dict[int, bytes | None] = {}
    for portion in _portions(rows):
        read = reader.read(DOCUMENTS, "ir.attachment", [row.id for row in portion], ("datas",))
        contents |= {row.id: content_of(row, "datas") for row in read}
    return tuple(_documents(reader, rows, contents, came_with))


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Files by the call that brings them: small ones together, a large one alone."""
    portion: list[Row] = []
    for row in rows:
        if portion and sum(map(_size, portion)) + _size(row) > PORTION_BYTES:
            yield portion
            portion = []
        portion.append(row)
    if portion:
        yield portion


def content_of(row: Row, name: str) -> bytes | None:
    """The bytes in a binary field; none where there are none."""
    try:
        return base64.b64decode(row.text(name) or "", validate=False) or None
    except (binascii.Error, ValueError):
        return None


def _documents(
    reader: Reader, rows: Iterable[Row], contents: Mapping[int, bytes | None], came_with: Mapping[int, str]
) -> Iterable[Document]:
    for row in rows:
        content = contents.get(row.id)
        if content is None:
            reader.missing.note(DOCUMENTS, f"{row.text('name')} has no content in Odoo's file store")
            continue
        yield document(row.text("name"), row.text("mimetype"), content, came_with.get(row.id))


def document(name: str | None, media_type: str | None, content: bytes, message: str | None = None) -> Document:
    """A file as the case has it; what begins like a PDF is one, whatever it was declared."""
    is_pdf = content[:1024].lstrip().startswith(b"%PDF-")
    return Document(
        name=(name or "document").rpartition("/")[2] or "document",
        media_type="application/pdf" if is_pdf else media_type or "application/octet-stream",
        content=content,
        message=message,
    )
