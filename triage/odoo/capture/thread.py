"""The thread of a record: what people wrote, split, with who they are to the order desk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from triage.domain import Limits, Message, MessageKind, Partner, Role
from triage.intake.automatic import is_machine, kind_of
from triage.intake.html import HtmlText, html_text
from triage.intake.split import split
from triage.intake.text import clean, shortened
from triage.odoo.book import RecordBook, domain_of
from triage.odoo.capture import wanted
from triage.odoo.capture.missing import MESSAGES
from triage.odoo.capture.partners import Partners, addresses
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import OwnCompany, Subtype
from triage.odoo.own_words import are_ours
from triage.odoo.people import People, has_name, is_called
from triage.odoo.rows import Row

MOST = 200
"""How many messages of a thread are read, the newest."""
_PERSONAL = frozenset({"user_notification"})
"""Kinds that tell one user of something and are no part of the thread."""
_ACTIVITY = "mail_activity_type_id"
"""Filled where a message tells that an activity is done."""
_SOON = timedelta(seconds=5)
_QUOTED = re.compile(r"data-o-mail-quote\s*=\s*[\"']?1")


@dataclass(frozen=True)
class Circle:
    """Who is who around a case: its parties, the company's own people, and the carriers of its transfers."""

    partners: Partners
    company: OwnCompany
    customers: tuple[Partner, ...] = ()
    suppliers: tuple[Partner, ...] = ()
    carriers: tuple[str, ...] = ()
    system: int | None = None
    """The partner in whose name Odoo itself writes."""

    def role(self, author: int | None, address: str | None) -> Role:
        """Who wrote: by the author's partner where Odoo knows it, else by the address."""
        row = self.partners.rows.get(author or 0)
        if row is not None and (known := self._known(row, address)):
            return known
        return self._people.who(address).role

    def _known(self, row: Row, address: str | None) -> Role | None:
        if row.id == self.system:
            return Role.SYSTEM
        if self.partners.is_own(row.id):
            return Role.SYSTEM if address is not None and is_machine(address) else Role.COLLEAGUE
        head = self.partners.commercial(row.id)
        for parties, role in ((self.customers, Role.CUSTOMER), (self.suppliers, Role.SUPPLIER)):
            if head is not None and head in {_head(partner) for partner in parties}:
                return role
        name = self.partners.name(head) or ""
        domain = domain_of(address or "")
        if any(is_called(name, carrier) and has_name(domain, carrier) for carrier in self.carriers):
            return Role.CARRIER  # a name alone is what a stranger gives himself
        return None

    @cached_property
    def _people(self) -> People:
        own = Partner(name=self.company.company.name, role=Role.COLLEAGUE, emails=self._own_addresses())
        book = RecordBook(company=self.company.company, partners=(own, *self.customers, *self.suppliers))
        return People(book)

    def _own_addresses(self) -> tuple[str, ...]:
        rows = [row for row in self.partners.rows.values() if self.partners.is_own(row.id)]
        own = [address for row in rows for address in addresses(row.text("email"))]
        return tuple(dict.fromkeys([*addresses(self.company.email), *own]))


def _head(partner: Partner) -> int | None:
    ref = partner.commercial or partner.ref
    return ref.id if ref else None


def read_messages(reader: Reader, model: str, number: int, own: int | None) -> list[Row]:
    """The newest messages of a record, oldest first, without those of the service user itself. One call.

    What Odoo writes in the name of somebody who has done our review activity is ours too, and left out.
    """
    domain = [("model", "=", model), ("res_id", "=", number), ("message_type", "not in", sorted(_PERSONAL))]
    names = (*wanted.MESSAGE, _ACTIVITY)
    rows = reader.search(MESSAGES, "mail.message", domain, names, order="id desc", limit=MOST + 1)
    if len(rows) > MOST:
        reader.missing.note(MESSAGES, f"only the newest {MOST} were read")
    ours = reader.odoo.user.id
    kept = [row for row in rows[:MOST] if own is None or row.one("author_id") != own]
    kept = [row for row in kept if row.one("author_id") or row.text("email_from") or row.one("create_uid") != ours]
    return [row for row in reversed(kept) if not _repeats_us(row)]


def _repeats_us(row: Row) -> bool:
    return row.one(_ACTIVITY) is not None and are_ours(_seen(clean(row.text("body") or "")).text)


def to_messages(
    rows: Sequence[Row], circle: Circle, subtypes: Mapping[int, Subtype], created: datetime | None, limits: Limits
) -> tuple[Message, ...]:
    """What people and systems wrote, in order.

    Left out is what Odoo itself logs of a record's life: its creation, its stages, and entries without any text.
    """
    found = []
    told = {row.id for row in rows}
    for row in rows:
        subtype = subtypes.get(row.one("subtype_id") or 0, Subtype(internal=False, is_event=False))
        if is_log(row, subtype, created) or (row is rows[0] and _opens_thread(row)):
            continue
        message = to_message(row, circle, subtype, limits)
        if message.body or row.many("attachment_ids"):
            parent = row.one("parent_id")
            found.append(message.with_(reply_to=str(parent) if parent in told else None))
    return tuple(found)


def is_log(row: Row, subtype: Subtype, created: datetime | None) -> bool:
    """Whether a message is Odoo's own log of the record's creation or stages."""
    if row.text("message_type") != "notification" or row.many("attachment_ids"):
        return False
    moment = row.moment("date")
    return subtype.is_event or (created is not None and moment is not None and abs(moment - created) <= _SOON)


def _opens_thread(row: Row) -> bool:
    """Whether the oldest message is what Odoo says of the record's creation, whenever that was written."""
    is_told = row.text("message_type") == "notification" and not row.text("subject")
    return is_told and not row.many("attachment_ids")


def to_message(row: Row, circle: Circle, subtype: Subtype, limits: Limits) -> Message:
    """One message of a thread."""
    author, address = row.one("author_id"), _address(row, circle.partners)
    subject = clean(row.text("subject") or "")
    kind = kind_of(lambda name: subject if name == "Subject" else "", frozenset(), address or "")
    if row.text("message_type") == "out_of_office":
        kind = MessageKind.AUTO_REPLY
    if kind is MessageKind.MESSAGE and (subtype.internal or row.flag("is_internal")):
        kind = MessageKind.NOTE
    role = Role.SYSTEM if kind is MessageKind.BOUNCE else circle.role(author, address)
    written = written_text(row.text("body"), limits)
    return Message(
        id=str(row.id),
        kind=kind,
        sent_at=row.moment("date"),
        author=circle.partners.name(author) or row.label("author_id") or _sender_name(row),
        email=address,
        role=role,
        subject=subject,
        body=written.body,
        quoted=written.quoted,
        signature=written.signature,
        warnings=written.warnings,
    )


@dataclass(frozen=True)
class Written:
    """A body of HTML, split."""

    body: str
    quoted: str
    signature: str
    warnings: tuple[str, ...]


def written_text(html: str | None, limits: Limits) -> Written:
    """What an author wrote in HTML, what stands quoted below, and the signature. Text that readers cannot see is
    kept with what is quoted: it never counts as written."""
    seen = _seen(clean(html or ""))
    text, cut = shortened(clean(seen.text), limits.max_message_chars)
    parts = split(text)
    quoted = "\n\n".join(part for part in (parts.quoted, clean(seen.hidden)) if part)
    return Written(parts.body, quoted, parts.signature, (*seen.warnings, *cut, *parts.warnings))


def _seen(html: str) -> HtmlText:
    return html_text(_quotes_marked(html) if _QUOTED.search(html) else html)


def _quotes_marked(html: str) -> str:
    """HTML in which what Odoo found to be quoted stands in a block quote, as mail programs write it."""
    from lxml.etree import LxmlError
    from lxml.html import fragment_fromstring, tostring

    try:
        tree = fragment_fromstring(html, create_parent="div")
    except (LxmlError, ValueError):
        return html
    marked = [node for node in tree.iter() if isinstance(node.tag, str) and node.get("data-o-mail-quote") == "1"]
    inside = {id(child) for node in marked for child in node.iterdescendants()}
    for node in marked:
        if not str(node.text_content()).strip():
            continue
        if id(node) not in inside and node.tag != "blockquote":
            _wrap(node)
        node.set("type", "cite")
    return str(tostring(tree, encoding="unicode"))


def _wrap(node: object) -> None:
    from lxml.html import HtmlElement, fromstring

    assert isinstance(node, HtmlElement)
    parent = node.getparent()
    if parent is None:
        return
    quote = fromstring('<blockquote type="cite"></blockquote>')
    quote.tail, node.tail = node.tail, None
    parent.replace(node, quote)
    quote.append(node)


def _address(row: Row, partners: Partners) -> str | None:
    """The sender's address: as the message has it, else as the author's partner has it."""
    partner = partners.rows.get(row.one("author_id") or 0)
    found = addresses(row.text("email_from")) or addresses(partner.text("email") if partner else None)
    return found[0] if found else None


def _sender_name(row: Row) -> str | None:
    text = row.text("email_from") or ""
    return text.partition("<")[0].strip(" \"'") or None if "<" in text else None


def authors_of(rows: Iterable[Row]) -> set[int]:
    """Partners that wrote messages."""
    return {author for row in rows if (author := row.one("author_id"))}
