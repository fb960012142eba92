"""Bytes to clean text, and a plain text file to a Message."""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass

from triage.domain import Limits, Message
from triage.errors import InputError
from triage.intake.automatic import kind_of_subject
from triage.intake.split import split

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_LEADING = re.compile(
    r"(?P<subject>subject|betreff|objet|asunto|onderwerp)|(?P<sender>from|von|de|van)|(?P<other>to|an|à|para|aan|cc)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_WIDER = {"ascii": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252"}
"""Declared character sets that are read as the wider one that senders mean by them."""
_NO_CHARACTER_SETS = frozenset({"unicode_escape", "raw_unicode_escape", "punycode", "idna", "undefined", "mbcs", "oem"})
"""Codecs of Python that no mail means."""


def clean(text: str) -> str:
    """Text that every later step can hold: `\\n` as line end, no control characters, no lone surrogates.

    Characters that turn the direction of writing count as control characters.
    """
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))
    return text.encode("utf-8", "replace").decode("utf-8")


def _codec(name: str) -> str | None:
    try:
        known = codecs.lookup(name.strip().strip("\"'").lower()).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return None if known.replace("-", "_") in _NO_CHARACTER_SETS else _WIDER.get(known, known)


def _without_mark(data: bytes) -> str:
    """The character set that the bytes themselves show, `utf-8` where they show none."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = data[:400]
    if len(sample) >= 4 and sample.count(0) * 3 > len(sample):
        return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
    return "utf-8"


def decode(data: bytes, declared: str | None = None) -> tuple[str, tuple[str, ...]]:
    """Clean text of some bytes and what was wrong with them, never an error.

    `declared` is the character set that the source names. Where it is unknown or does not fit, the bytes are read by
    their byte order mark, as UTF-8, or at last as Windows-1252, with a warning.
    """
    warnings: list[str] = []
    codec = _codec(declared) if declared else None
    if declared and codec is None:
        warnings.append(f"unknown character set {clean(declared)[:40]!r}")
    for candidate in dict.fromkeys(name for name in (codec, _without_mark(data)) if name):
        try:
            return clean(data.decode(candidate)), tuple(warnings)
        except (UnicodeError, LookupError, ValueError):
            warnings.append(f"not valid {candidate}")
    read = data.decode("cp1252", "replace")
    lost = read.count("\ufffd")
    warnings.append("read as Windows-1252" + (f", {lost} characters could not be read" if lost else ""))
    return clean(read), ("; ".join(warnings),)


@dataclass(frozen=True)
class _Head:
    subject: str
    author: str | None
    email: str | None
    rest: str


def _leading_lines(text: str) -> _Head:
    """Optional first lines such as `Subject: ...` and `From: ...`, and the text below them."""
    subject, sender, lines = "", "", text.lstrip("\n").split("\n")
    taken = 0
    for line in lines[:6]:
        label, colon, value = line.partition(":")
        found = _LEADING.fullmatch(label.strip()) if colon else None
        if found is None:
            break
        taken += 1
        if found["subject"]:
            subject = value.strip()
        elif found["sender"]:
            sender = value.strip()
    address = _ADDRESS.search(sender)
    if not subject and address is None:
        return _Head("", None, None, text)
    author = _ADDRESS.sub("", sender).strip(" <>\"'()[]") or None
    return _Head(subject, author, address[0].lower() if address else None, "\n".join(lines[taken:]))


def read_text(data: bytes, name: str, limits: Limits | None = None) -> Message:
    """A plain text file as a Message.

    First lines like `Subject: ...`, `Betreff: ...`, `From: ...` become subject and author. `name` is the file's name.
    Raises `InputError` for an empty file, one that is too large and one that is no text.
    """
    limits = limits or Limits()
    if len(data) > limits.max_file_bytes:
        raise InputError(name, f"is larger than {limits.max_file_bytes:,} bytes.", "Split it or raise the limit.")
    text, warnings = decode(data)
    if not text.strip():
        raise InputError(name, "the file is empty.", "Save it again or leave it out.")
    if b"\0" in data and not _without_mark(data).startswith("utf-16"):
        raise InputError(name, "is no text file.", "Give it the suffix of what it is (.eml, .pdf or .json).")
    head = _leading_lines(text)
    body, cut = shortened(head.rest, limits.max_message_chars)
    parts = split(body)
    return Message(
        id=f"text:{hashlib.sha256(data).hexdigest()}",
        kind=kind_of_subject(head.subject),
        author=head.author,
        email=head.email,
        subject=head.subject,
        body=parts.body,
        quoted=parts.quoted,
        signature=parts.signature,
        warnings=warnings + cut + parts.warnings,
    )


def shortened(text: str, most: int) -> tuple[str, tuple[str, ...]]:
    """At most `most` characters of a text, and a warning where that is not all of it."""
    if len(text) <= most:
        return text, ()
    return text[:most], (f"only the first {most:,} of {len(text):,} characters were read",)
