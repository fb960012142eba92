"""Headers and bytes of a mail's parts, read as far as they can be read."""

from __future__ import annotations

import contextlib
import re
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message as Part
from email.utils import getaddresses

from triage.intake.text import clean, decode

BROKEN = (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)
"""What the standard library raises on headers and parts that it cannot parse."""
MOST_PARTS = 1000
_MOST = 10_000
"""Characters of a header that are read."""
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,200}")


def _has_raw_bytes(text: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in text)


def readable(text: str) -> str:
    """Header text on one line, with encoded words (RFC 2047) and raw bytes decoded as well as they can be."""
    if "=?" in text:
        with contextlib.suppress(*BROKEN):
            text = str(make_header(decode_header(text)))
    if _has_raw_bytes(text):
        text = decode(text.encode("utf-8", "surrogateescape"))[0]
    return " ".join(clean(text).split())


def _raw(part: Part, name: str) -> str:
    return str(next((value for key, value in part.raw_items() if key.lower() == name.lower()), ""))[:_MOST]


def header(part: Part, name: str) -> str:
    """A header's decoded text on one line, empty where it is absent; of an endless one the beginning."""
    return readable(_raw(part, name))


def mend(part: Part) -> None:
    """Make the headers that describe a part's content safe to parse: raw bytes decoded, endless values cut."""
    for name in ("Content-Type", "Content-Disposition"):
        raw = next((str(value) for key, value in part.raw_items() if key.lower() == name.lower()), "")
        if len(raw) > _MOST or _has_raw_bytes(raw):
            part.replace_header(name, readable(raw[:_MOST]))


def addresses(part: Part, *names: str) -> list[tuple[str, str]]:
    """Names and addresses (in lower case) of some headers, in order; the name is empty where there is none."""
    raws = [raw for raw in (_raw(part, name) for name in names) if raw]
    pairs = [(readable(name).strip(" '\""), readable(address).lower()) for name, address in getaddresses(raws)]
    found = [(name, address) for name, address in pairs if _ADDRESS.fullmatch(address)]
    return found or [("", match[0].lower()) for raw in raws for match in _ADDRESS.finditer(readable(raw))]


def children(part: Part) -> list[Part]:
    """The parts of a multipart or of an attached mail, at most `MOST_PARTS`."""
    payload = part.get_payload()
    return [child for child in payload[:MOST_PARTS] if isinstance(child, Part)] if isinstance(payload, list) else []


def payload(part: Part) -> bytes:
    """The decoded bytes of a leaf part, as far as its transfer encoding can be undone."""
    try:
        data = part.get_payload(decode=True)
    except BROKEN:
        data = None
    if isinstance(data, bytes):
        return data
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""
