"""Which record a thread or file belongs to: by the numbers it names together with who names them.

A number alone never opens another partner's facts, and neither does a reply to a message on a record's thread. Carriers
may name what they carry, colleagues any order. What is named only in quoted history, by an address that two companies
share, or by nobody in particular makes a candidate, never a link. Pure: the book is the only source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

from triage.domain import Case, Document, Link, LinkCandidate, LinkStatus, Message, MessageKind
from triage.odoo.book import RecordBook, is_purchase, owners
from triage.odoo.evidence import (
    Leave,
    Mention,
    Passage,
    Weight,
    leave_of,
    meant_by_us,
    owner_is_named,
    passages_of,
)
from triage.odoo.numbers import NumberIndex, Tie, numbers_in, plain, shaped_like
from triage.odoo.people import Author, People
from triage.odoo.threads import ThreadIndex

_OPEN_SALE = frozenset({"draft", "sent", "sale"})
_OPEN_PURCHASE = frozenset({"draft", "sent", "to approve", "purchase"})


class Linker:
    """The link step over one book. Reads the book once; `link` is the same for a single use."""

    def __init__(self, book: RecordBook) -> None:
        self.book = book
        self.people = People(book)
        numbers = list(numbers_in(book))
        self._index = NumberIndex(numbers)
        self._threads = ThreadIndex(book.threads, numbers)

    def link(
        self,
        messages: Sequence[Message],
        documents: Sequence[Document] = (),
        text_of: Callable[[Document], str] | None = None,
        inside: Mapping[str, str] | None = None,
        references: Mapping[str, Sequence[str]] | None = None,
    ) -> tuple[Link, Case | None]:
        """The link of a thread and, where it is certain, the neighbourhood of its record.

        `text_of` gives the text of a document where it is known; `inside` maps messages that came inside another mail
        to the mail that brought them, whose author answers for them; `references` gives by message what its headers
        refer to, the oldest first, where that is more than `Message.reply_to`.
        """
        authors = self._authors(messages, inside or {})
        told = {message.id: self.people.who(message.email) for message in messages if message.id in (inside or {})}
        passages = list(passages_of(messages, documents, text_of, authors, told))
        outside = [author for author in authors.values() if not author.is_own]
        mentions = [mention for passage in passages for mention in self._mentions(passage, passages, outside)]
        mentions += self._headers(messages, references or {}, authors, outside)
        refused = _refused(mentions)
        allowed = [mention for mention in mentions if mention.leave is not Leave.NO]
        certain = _certain(allowed)
        if certain is not None and not _is_contradicted(certain, allowed, passages):
            candidate = _candidate(certain, allowed)
            return Link(status=LinkStatus.CERTAIN, candidates=(candidate,), refused=refused), certain
        candidates = _ranked(allowed) or self._only_open(messages, authors)
        status = LinkStatus.SEVERAL if candidates else LinkStatus.NONE
        return Link(status=status, candidates=candidates, refused=refused), None

    def _authors(self, messages: Sequence[Message], inside: Mapping[str, str]) -> dict[str, Author]:
        """Who answers for each message, by its id."""
        senders = {message.id: message.email for message in messages}
        found = {message.id: senders.get(inside.get(message.id, message.id)) for message in messages}
        return {identity: self.people.who(address) for identity, address in found.items() if address}

    def _mentions(self, passage: Passage, passages: Sequence[Passage], outside: Sequence[Author]) -> Iterator[Mention]:
        numbers = self._index.named_in(passage.text, passage.is_file_name)
        we_say = passage.author is not None and passage.author.is_own
        meant = meant_by_us(numbers, passage.told_by) if we_say else numbers
        for number in meant:
            if passage.author is None:
                leave = Leave.YES if owner_is_named(number, passages) else Leave.PERHAPS
            else:
                leave = leave_of(passage.author, number, passage, outside)
            yield Mention(number, passage, leave)

    def _headers(
        self,
        messages: Sequence[Message],
        references: Mapping[str, Sequence[str]],
        authors: Mapping[str, Author],
        outside: Sequence[Author],
    ) -> Iterator[Mention]:
        """The records on whose threads the messages, or the nearest that they answer, stand already."""
        for message in messages:
            author = authors.get(message.id)
            if author is None:
                continue
            earlier = [message.reply_to or "", *reversed(references.get(message.id, ()))]
            for place, ids in (("message on", [message.id]), ("reply to a message on", earlier)):
                passage = Passage("", place, Weight.HEADER, author)
                for number in self._threads.named_by(ids):
                    yield Mention(number, passage, leave_of(author, number, passage, outside))

    def _only_open(self, messages: Sequence[Message], authors: Mapping[str, Author]) -> tuple[LinkCandidate, ...]:
        """The one open order of a sender who names none: a question, never a link."""
        if all(message.kind in {MessageKind.AUTO_REPLY, MessageKind.BOUNCE} for message in messages):
            return ()
        parties = {key for author in authors.values() for key in author.parties}
        if len(parties) != 1:
            return ()
        found = [case for case in self.book.of_party(parties.pop()) if _is_open(case)]
        if len(found) != 1:
            return ()
        matched = ("the only open order of the sender",)
        return (LinkCandidate(record=found[0].record, partner=_partner_name(found[0]), matched=matched),)


def link(
    messages: Sequence[Message],
    documents: Sequence[Document],
    book: RecordBook,
    text_of: Callable[[Document], str] | None = None,
    inside: Mapping[str, str] | None = None,
    references: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Link, Case | None]:
    """Which record a thread belongs to; see `Linker.link`. The case comes without messages and documents."""
    return Linker(book).link(messages, documents, text_of, inside, references)


def _refused(mentions: Sequence[Mention]) -> tuple[str, ...]:
    """Records that were named but belong to others, unless the sender's own records explain the same number."""
    own = {plain(mention.number.text) for mention in mentions if mention.leave is not Leave.NO}
    opened = {mention.number.record for mention in mentions if mention.leave is not Leave.NO}
    names = {
        mention.number.case.record.name
        for mention in mentions
        if mention.leave is Leave.NO and plain(mention.number.text) not in own and mention.number.record not in opened
    }
    return tuple(sorted(names))


def _certain(allowed: Sequence[Mention]) -> Case | None:
    """The one record that explains the headers and every number of the weightiest places, or none."""
    decisive = _decisive(allowed)
    if not decisive or any(m.passage.weight is Weight.QUOTED or m.leave is not Leave.YES for m in decisive):
        return None
    cases = {mention.number.record: mention.number.case for mention in decisive}
    meant: dict[tuple[bool, str], set[str]] = defaultdict(set)
    for mention in decisive:
        is_header = mention.passage.weight is Weight.HEADER
        meant[is_header, plain(mention.number.text)].add(mention.number.record)
    common = set.intersection(*meant.values())
    if len(common) > 1:
        common = {m.number.record for m in decisive if m.number.tie is not Tie.AROUND and m.number.record in common}
    return cases[common.pop()] if len(common) == 1 else None


def _is_contradicted(case: Case, allowed: Sequence[Mention], passages: Sequence[Passage]) -> bool:
    """Whether only headers lead to a record while the sender writes another number of its kind, known or not."""
    if any(mention.passage.weight in (Weight.PAPER, Weight.WRITTEN) for mention in allowed):
        return False
    name = case.record.name
    written = " \n".join(passage.text for passage in passages if passage.weight is Weight.WRITTEN)
    return bool(shaped_like(written, name) - {plain(name)})


def _decisive(allowed: Sequence[Mention]) -> list[Mention]:
    """What the headers say, and the weightiest other places; quoted history only where there is nothing else."""
    headers = [mention for mention in allowed if mention.passage.weight is Weight.HEADER]
    written = [mention for mention in allowed if mention.passage.weight is not Weight.HEADER]
    top = max((mention.passage.weight for mention in written), default=Weight.QUOTED)
    if headers and top is Weight.QUOTED:
        return headers
    return headers + [mention for mention in written if mention.passage.weight is top]


def _ranked(allowed: Sequence[Mention]) -> tuple[LinkCandidate, ...]:
    """Candidates, the likeliest first: by place, then leave, then how closely and often they are named."""
    by_record: dict[str, list[Mention]] = defaultdict(list)
    for mention in _decisive(allowed):
        by_record[mention.number.record].append(mention)

    def rank(mentions: list[Mention]) -> tuple[int, int, int, str]:
        leave = max(mention.leave for mention in mentions)
        tie = min(mention.number.tie for mention in mentions)
        return (-leave, tie, -len(mentions), mentions[0].number.case.record.name)

    return tuple(_candidate(mentions[0].number.case, allowed) for mentions in sorted(by_record.values(), key=rank))


def _candidate(case: Case, allowed: Sequence[Mention]) -> LinkCandidate:
    own = [mention for mention in allowed if mention.number.record == case.record.key]
    reasons = [mention.why for mention in sorted(own, key=lambda m: -m.passage.weight)]
    reasons += [mention.passage.author.how for mention in own if mention.passage.author and mention.passage.author.how]
    return LinkCandidate(record=case.record, partner=_partner_name(case), matched=tuple(dict.fromkeys(reasons)))


def _partner_name(case: Case) -> str | None:
    return next((partner.name for partner in owners(case)), None)


def _is_open(case: Case) -> bool:
    """Neither cancelled nor locked, and something is still to come."""
    if is_purchase(case):
        own = [purchase for purchase in case.purchases if purchase.ref.key == case.record.key]
        lines, states = [line for p in own for line in p.lines], {p.state for p in own}
        return bool(states & _OPEN_PURCHASE) and (not lines or any(line.delivered < line.quantity for line in lines))
    if case.order is None or case.order.state not in _OPEN_SALE:
        return False
    return not case.lines or any(line.delivered < line.quantity for line in case.lines)
