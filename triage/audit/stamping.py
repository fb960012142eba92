"""Time stamps of a third party under checkpoints (RFC 3161): who keeps a checkpoint can show since when it was there.

Only the checkpoint's hash leaves the house. What is asked and answered is the standard's: `openssl ts -verify` checks
an answer just as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.x509 import Certificate, load_pem_x509_certificates

from triage.audit.checkpoints import Signed, read_row
from triage.audit.signing import CHECKPOINT
from triage.domain import utc
from triage.errors import ConfigurationError
from triage.storage import checkpoints as rows
from triage.storage.database import Database

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse

_SECONDS = 20.0
_LARGEST = 1_000_000
"""Bytes of an answer; real ones have a few thousand."""
_AT_ONCE = 20
"""Checkpoints that one run has stamped: after a long outage the rest follow with the next ones."""


class Refused(ConfigurationError):
    """There is no time stamp: the authority is down, or what it says is none."""


@dataclass(frozen=True)
class Stamp:
    """A time stamp that was checked."""

    at: datetime
    """When the authority saw the checkpoint's hash, by its own clock."""
    serial: int
    """The authority's number for it."""


@dataclass(frozen=True)
class Authority:
    """A time-stamping authority, and the root certificates that its answers must lead to."""

    url: str
    roots: tuple[Certificate, ...]

    @classmethod
    def of(cls, url: str, ca_file: str) -> Authority:
        """Raises `ConfigurationError` where the file holds no certificate."""
        return cls(url, read_roots(Path(ca_file).expanduser()))

    def stamp(self, signed: Signed) -> tuple[bytes, Stamp]:
        """The authority's answer for a checkpoint, checked. Raises `Refused` where there is none, or a wrong one."""
        from rfc3161_client import TimestampRequestBuilder
        from rfc3161_client.base import HashAlgorithm

        asked = TimestampRequestBuilder().data(_said(signed)).hash_algorithm(HashAlgorithm.SHA256).build()
        answer = self._ask(asked.as_bytes())
        try:
            return answer, check(answer, signed, self.roots, asked)
        except Refused as error:
            raise Refused(f"{self.url}: {error}") from error

    def _ask(self, question: bytes) -> bytes:
        import httpx2

        headers = {"content-type": "application/timestamp-query", "accept": "application/timestamp-reply"}
        found = b""
        try:
            with httpx2.stream("POST", self.url, content=question, headers=headers, timeout=_SECONDS) as answer:
                if not answer.is_success:
                    raise Refused(f"{self.url}: gave no time stamp (status {answer.status_code}).")
                for part in answer.iter_bytes():
                    found += part
                    if len(found) > _LARGEST:
                        raise Refused(f"{self.url}: its answer is too long for a time stamp.")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Refused(f"{self.url}: gave no time stamp ({type(error).__name__}).") from error
        return found


def read_roots(path: Path) -> tuple[Certificate, ...]:
    """The root certificates in a PEM file. Raises `ConfigurationError` where it holds none."""
    try:
        return tuple(load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise ConfigurationError(f"{path}: the authority's certificates cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise ConfigurationError(f"{path}: holds no certificate in PEM form.") from error


def check(answer: bytes, signed: Signed, roots: Sequence[Certificate], asked: TimeStampRequest | None = None) -> Stamp:
    """The time stamp in an authority's answer for this checkpoint, where its signature leads to one of the roots.

    With `asked`, the answer must be to that question. Raises `Refused`.
    """
    from rfc3161_client import VerificationError, VerifierBuilder

    found = _decoded(answer)
    builder = VerifierBuilder(roots=list(roots), nonce=None if asked is None else asked.nonce)
    try:
        builder.build().verify_message(found, _said(signed))
        return Stamp(found.tst_info.gen_time.replace(tzinfo=UTC), found.tst_info.serial_number)
    except (VerificationError, ValueError) as error:
        raise Refused(f"its time stamp does not hold ({' '.join(str(error).split())})") from error


def is_of(answer: bytes, signed: Signed) -> bool:
    """Whether an answer is a time stamp over this checkpoint's hash, whoever signed it."""
    try:
        return bytes(_decoded(answer).tst_info.message_imprint.message).hex() == signed.digest
    except (Refused, ValueError):
        return False


def stamp_all(database: Database, authority: Authority, clock: Callable[[], datetime]) -> Iterator[tuple[int, Stamp]]:
    """Have the checkpoints stamped that are not yet, the oldest first, and keep the answers.

    Raises `Refused` at the first that is not stamped; it and the later ones are for the next run.
    """
    for row in rows.unstamped(database, _AT_ONCE):
        answer, stamp = authority.stamp(read_row(row))
        rows.keep_stamp(database, row.number, utc(clock()), answer)
        yield row.number, stamp


def faults(database: Database) -> Iterator[str]:
    """Kept answers that are no time stamps of their checkpoints. Whether a signature holds only the roots tell."""
    for row in rows.every(database):
        answer = rows.stamp(database, row.number)
        if answer is not None and not is_of(answer, read_row(row)):
            yield f"checkpoint {row.number}: what is kept as its time stamp is none of it"


def _said(signed: Signed) -> bytes:
    """What is stamped: its SHA-256 is what the next checkpoint calls this one."""
    return CHECKPOINT + signed.body


def _decoded(answer: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response

    try:
        found = decode_timestamp_response(_with_certificates_in_order(answer))
    except ValueError as error:
        raise Refused("its answer is no time stamp") from error
    if found.status > 1:
        said = "; ".join(map(str, found.status_string or ())) or f"status {found.status}"
        raise Refused(f"it refused ({said})")
    return found


def _with_certificates_in_order(answer: bytes) -> bytes:
    """The same answer with the certificates that come along in the order that DER asks for.

    Authorities built on OpenSSL send them as they are configured, and the library reads nothing but DER. No signature
    covers their order. TimeStampResp, ContentInfo and SignedData are of RFC 3161 and RFC 5652.
    """
    place = (0, len(answer))
    for child in (0, 1, 1, 0):  # the response, its token, the token's content, the signed data
        parts = _parts(answer, *place)
        if len(parts) <= child:
            return answer  # it refused, and sent none
        place = parts[child][1]
    for tag, (start, end) in _parts(answer, *place):
        if tag == _CERTIFICATES:
            whole = _wholes(answer, start, end)
            return answer[:start] + b"".join(sorted(whole)) + answer[end:]
    return answer


_CERTIFICATES = 0xA0


def _parts(data: bytes, start: int, end: int) -> list[tuple[int, tuple[int, int]]]:
    """Tag, and begin and end of the content, of each element between two places."""
    found = []
    while start < end:
        first, begins = (data[start + 1] if start + 1 < end else 0x80), start + 2
        if first < 0x80:
            length = first
        else:
            begins += first & 0x7F
            length = int.from_bytes(data[start + 2 : begins])
        if first == 0x80 or begins + length > end:
            raise ValueError("its parts do not fit")
        found.append((data[start], (begins, begins + length)))
        start = begins + length
    return found


def _wholes(data: bytes, start: int, end: int) -> list[bytes]:
    """Each element between two places with its tag and length."""
    ends = [place[1] for _, place in _parts(data, start, end)]
    return [data[begin:stop] for begin, stop in zip([start, *ends], ends, strict=False)]
