"""Addresses of our own pages: what goes there can be read by nobody on the way."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1"})


def is_safe_address(address: str) -> bool:
    """Whether it is https, or this machine itself; without a password, blanks or signs that no address has."""
    try:
        parts = urlsplit(address)
        plain = parts.username is None and parts.password is None and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    good = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    written = address.isprintable() and not set(address) & set(" \"'<>\\")
    return good and plain and bool(parts.hostname) and written


def base_address(address: str) -> str:
    """An address under which pages lie, without a slash at its end. Raises `ValueError` for any that is not safe."""
    parts = urlsplit(address) if is_safe_address(address) else None
    if parts is None or parts.query or parts.fragment:
        raise ValueError("must be an address with https:// (or http:// on this machine itself), without ? and #")
    return address.rstrip("/")
