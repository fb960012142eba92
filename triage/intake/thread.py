"""Several mails of one thread become one unlinked case, whatever the order of their files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from triage.domain import Case, Document, Message, RecordRef
from triage.intake.mail import Mail

_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|antw|antwort|wg|fwd?|rv|tr|sv|doorst|res|ref|réf|r|enc)\s?(?:\[\d+\]|\(\d+\))?\s?[::]\s*)+",
    re.IGNORECASE,
)
_APART = timedelta(days=30)
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Unlinked:
    """A thread, a text or a file before anybody knows which record it belongs to."""

    ref: RecordRef
    """`mail.message` with the first Message-ID, or `file` with the file's name and the start of its digest."""
    digests: tuple[str, ...]
    """SHA-256 (hex) of each file it was made from, sorted."""
    messages: tuple[Message, ...] = ()
    documents: tuple[Document, ...] = ()
    inside: Mapping[str, str] = field(default_factory=dict)
    """Messages that came inside another mail, by id, and the id of the mail that brought them: what such a message
    says of its author is hearsay."""
    given: Case | None = None
    """The whole case, where the file was one."""
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By message id, the Message-IDs that its `References` and `In-Reply-To` name, the oldest first."""


def bare_subject(subject: str) -> str:
    """A subject without `Re:`, `AW:`, `WG:`, `RV:`, `RE :`, `Antw:`, in lower case with single spaces."""
    return " ".join(_PREFIX.sub("", subject).casefold().split())


def is_reply(subject: str) -> bool:
    """Whether a subject says that the mail answers or forwards another."""
    return _PREFIX.match(subject) is not None


def threads(mails: Iterable[Mail]) -> list[Unlinked]:
    """Mails as threads, ordered by their first mail.

    Threads follow Message-ID, In-Reply-To and References. A reply without any of these joins a mail of the same subject
    between the same people within 30 days. A mail that is there twice counts once; another mail under the
    same Message-ID stays, as `<ID>#2`. Messages are ordered by date, those
    without one last.
    """
    unique = _unique(mails)
    group = _Groups(len(unique))
    _join_by_headers(unique, group)
    _join_by_subject(unique, group)
    found: dict[int, list[Mail]] = defaultdict(list)
    for n, mail in enumerate(unique):
        found[group.root(n)].append(mail)
    return sorted((_thread(members) for members in found.values()), key=_place)


def _date(mail: Mail) -> datetime:
    return mail.message.sent_at or _LAST


def _place(thread: Unlinked) -> tuple[datetime, str]:
    first = next((m.sent_at for m in thread.messages if m.sent_at), None)
    return first or _LAST, thread.ref.key


def _unique(mails: Iterable[Mail]) -> list[Mail]:
    """Each mail once. A different mail of the same Message-ID is kept under an id of its own, with a warning."""
    kept: dict[str, list[Mail]] = defaultdict(list)
    for mail in sorted(mails, key=lambda m: (-len(m.documents), -len(m.message.body), m.digest)):
        same = kept[mail.message.id]
        if not any(_holds(other, mail) for other in same):
            same.append(mail)
    found = [mail if n == 1 else _renamed(mail, n) for same in kept.values() for n, mail in enumerate(same, start=1)]
    return sorted(found, key=lambda m: (_date(m), m.message.id))


def _holds(full: Mail, copy: Mail) -> bool:
    """Whether nothing of the copy is lost where only the full mail is kept."""
    if full.digest == copy.digest:
        return True
    ours, theirs = full.message, copy.message
    heads = (ours.sent_at, ours.email, bare_subject(ours.subject)) == (
        theirs.sent_at,
        theirs.email,
        bare_subject(theirs.subject),
    )
    texts = all(
        " ".join(getattr(theirs, part).split()) in " ".join(getattr(ours, part).split())
        for part in ("body", "quoted", "signature")
    )
    papers = {d.sha256 for d in copy.documents} <= {d.sha256 for d in full.documents}
    inner = {m.digest for m in _inner(copy)} <= {m.digest for m in _inner(full)}
    return heads and texts and papers and inner


def _renamed(mail: Mail, n: int) -> Mail:
    old = mail.message
    new = f"{old.id}#{n}"
    warning = f"another mail has the same Message-ID {old.id}; this one is read as {new}"
    documents = tuple(d.with_(message=new) if d.message == old.id else d for d in mail.documents)
    return replace(mail, message=old.with_(id=new, warnings=(*old.warnings, warning)), documents=documents)


class _Groups:
    """Which mails belong together (disjoint sets)."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, n: int) -> int:
        while self._parent[n] != n:
            self._parent[n] = self._parent[self._parent[n]]
            n = self._parent[n]
        return n

    def join(self, a: int, b: int) -> None:
        low, high = sorted((self.root(a), self.root(b)))
        self._parent[high] = low


def _join_by_headers(mails: Sequence[Mail], group: _Groups) -> None:
    first: dict[str, int] = {}
    for n, mail in enumerate(mails):
        inside = [m.message.id for m in mail.forwarded if not m.message.id.endswith("#forwarded")]
        for identity in (mail.message.id, *mail.references, *inside):
            group.join(first.setdefault(identity, n), n)


def _join_by_subject(mails: Sequence[Mail], group: _Groups) -> None:
    earlier: dict[tuple[str, frozenset[str]], int] = {}
    for n, mail in enumerate(mails):
        subject = bare_subject(mail.message.subject)
        if not subject or len(mail.participants) < 2 or mail.message.sent_at is None:
            continue
        key = (subject, mail.participants)
        before = earlier.get(key)
        is_headless_reply = not mail.references and is_reply(mail.message.subject)
        if before is not None and is_headless_reply and _date(mail) - _date(mails[before]) <= _APART:
            group.join(before, n)
        earlier[key] = n


def _thread(mails: Sequence[Mail]) -> Unlinked:
    messages: list[Message] = []
    documents: list[Document] = []
    inside: dict[str, str] = {}
    references: dict[str, tuple[str, ...]] = {}
    outer = {mail.message.id for mail in mails}
    for mail in mails:
        for inner in _inner(mail):
            if inner.message.id not in outer and inner.message.id not in inside:
                inside[inner.message.id] = mail.message.id
                messages.append(inner.message)
                references[inner.message.id] = inner.references
            documents += inner.documents
        messages.append(mail.message)
        references[mail.message.id] = mail.references
        documents += mail.documents
    ordered = sorted(messages, key=lambda m: m.sent_at or _LAST)
    once = {(document.name, document.sha256): document for document in reversed(documents)}
    return Unlinked(
        ref=RecordRef(model="mail.message", id=None, name=mails[0].message.id),
        digests=tuple(sorted({mail.digest for mail in mails})),
        messages=tuple(ordered),
        documents=tuple(d for d in documents if once.pop((d.name, d.sha256), None) is not None),
        inside=inside,
        references={identity: named for identity, named in references.items() if named},
    )


def _inner(mail: Mail) -> list[Mail]:
    found: list[Mail] = []
    for inner in mail.forwarded:
        found += [*_inner(inner), inner]
    return found
