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


def header(part: Part, name: str) -> str:
    """A header's decoded text on one line, empty where it is absent."""
    raw = str(next((value for key, value in part.raw_items() if key.lower() == name.lower()), ""))
    if _has_raw_bytes(raw):
        return readable(raw)
    try:
        value = part.get(name)
        return "" if value is None else readable(str(value))
    except BROKEN:
        return readable(raw)


def addresses(part: Part, *names: str) -> list[tuple[str, str]]:
    """Names and addresses (in lower case) of some headers, in order; the name is empty where there is none."""
    texts = [text for text in (header(part, name) for name in names) if text]
    pairs = getaddresses(texts)
    found = [(name.strip(" '\""), address.lower()) for name, address in pairs if _ADDRESS.fullmatch(address)]
    if found:
        return found
    return [("", match[0].lower()) for text in texts for match in _ADDRESS.finditer(text)]


def children(part: Part) -> list[Part]:
    """The parts of a multipart or of an attached mail."""
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Part)] if isinstance(payload, list) else []


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
