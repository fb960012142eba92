"""A card as its page shows it: plain values for the template, nothing that the person may not see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.review.rendering import Words, Writing
from service.review.seeing import Sight
from triage.cards.seen import Seen
from triage.cli.show import is_difference
from triage.domain import Box, Card, Evidence, Fact, OnPage, Page, Paper, Person, Proposal, Quote
from triage.facts.labels import later_title

_CONTEXT_PAGES = 20


@dataclass(frozen=True)
class Shown:
    """A piece of evidence."""

    text: str
    kind: str
    where: str
    """In words: which mail, which page."""
    anchor: str
    """Id of the element on the page that it points to; empty where there is none."""
    verified: bool


@dataclass(frozen=True)
class Piece:
    """Part of a text, marked where evidence quotes it."""

    text: str
    mark: str
    """Id of the mark; empty for what is not quoted."""


@dataclass(frozen=True)
class Mail:
    """A message of the thread."""

    index: int
    author: str
    at: str
    role: str
    subject: tuple[Piece, ...]
    body: tuple[Piece, ...]
    quoted: tuple[Piece, ...]
    is_quoted_from: bool


@dataclass(frozen=True)
class Highlight:
    """A box on a page's picture, in per cent of the page."""

    left: float
    top: float
    width: float
    height: float
    title: str
    mark: str


@dataclass(frozen=True)
class Leaf:
    """A page of a document."""

    number: int
    address: str
    highlights: tuple[Highlight, ...]
    """What evidence points to."""
    fields: tuple[Highlight, ...]
    """What was read out of it."""
    alternative: str
    """The page's text, for whoever cannot see the picture."""


@dataclass(frozen=True)
class Paperwork:
    """A document with the pages that evidence points to, or its first."""

    name: str
    address: str
    pages: tuple[Leaf, ...]
    count: int


def evidence_of(
    found: Sequence[Evidence], seen: Seen | None, proposal: Proposal, person: Person, sight: Sight, t: Words
) -> list[Shown]:
    """Evidence in words, with where it stands."""
    return [
        _evidence(each, number, seen, t)
        for number, each in enumerate(found)
        if sight.may_see_evidence(person, each, proposal)
    ]


def _evidence(each: Evidence, number: int, seen: Seen | None, t: Words) -> Shown:
    text = " ".join(each.text.split())
    if isinstance(each, Quote):
        return Shown(text, "quote", _place(each.source, seen, t), f"q{number}" if seen else "", each.verified)
    if isinstance(each, OnPage):
        where = t("evidence.page", document=each.document, page=each.page)
        return Shown(text, "page", where, f"b{number}" if seen else "", each.verified)
    return Shown(text, "fact", t("evidence.fact"), f"fact-{each.fact}", each.verified)


def _place(source: str, seen: Seen | None, t: Words) -> str:
    kind, _, rest = source.partition(":")
    number = rest.partition(":")[0]
    if kind == "message" and number.isdigit():
        return t("evidence.message", number=int(number) + 1)
    if kind == "document" and number.isdigit() and seen and int(number) < len(seen.papers):
        return seen.papers[int(number)].document
    return source


def pieces(text: str, source: str, evidence: Sequence[Evidence]) -> tuple[Piece, ...]:
    """A text cut where evidence quotes it; quotes that overlap are marked once."""
    spans: list[tuple[int, int, str]] = []
    for number, each in enumerate(evidence):
        if isinstance(each, Quote) and each.source == source and each.verified:
            start = text.find(each.text)
            if start >= 0:
                spans.append((start, start + len(each.text), f"q{number}"))
    found, at = [], 0
    for start, end, mark in sorted(spans):
        if start < at:
            continue
        found += [Piece(text[at:start], ""), Piece(text[start:end], mark)]
        at = end
    return tuple(piece for piece in (*found, Piece(text[at:], "")) if piece.text)


def mails_of(seen: Seen, evidence: Sequence[Evidence], writing: Writing, t: Words) -> list[Mail]:
    """The thread, the newest message last."""
    quoted_from = {each.source.split(":")[1] for each in evidence if isinstance(each, Quote) and ":" in each.source}
    return [
        Mail(
            index=index,
            author=message.author or message.email or t("mail.unknown"),
            at="" if message.sent_at is None else writing.moment(message.sent_at),
            role=t.of("role", message.role.value),
            subject=pieces(message.subject, f"message:{index}:subject", evidence),
            body=pieces(message.body, f"message:{index}", evidence),
            quoted=pieces(message.quoted, f"message:{index}:quoted", evidence),
            is_quoted_from=str(index) in quoted_from,
        )
        for index, message in enumerate(seen.case.messages)
    ]


def papers_of(card: Card, seen: Seen, evidence: Sequence[Evidence]) -> list[Paperwork]:
    """The documents, each with the pages that evidence points to; the first page where it points nowhere."""
    return [_paper(card, seen, number, document.name, evidence) for number, document in enumerate(seen.case.documents)]


def _paper(card: Card, seen: Seen, number: int, name: str, evidence: Sequence[Evidence]) -> Paperwork:
    index, paper = next(((n, each) for n, each in enumerate(seen.papers) if each.document == name), (0, None))
    base = f"/cards/{card.number}/documents/{number}"
    if paper is None:
        return Paperwork(name, base, (), 0)
    pages = {page.number: page for page in paper.pages}
    boxes: dict[int, list[Highlight]] = {}
    for mark, each in enumerate(evidence):
        for at, box in _boxes(each, index, paper, pages):
            highlight = _highlight(pages[at], box, f"b{mark}" if isinstance(each, OnPage) else f"q{mark}", each.text)
            boxes.setdefault(at, []).append(highlight)
    wanted = sorted(boxes or list(pages)[:1])[:_CONTEXT_PAGES]
    found = [(at, _highlight(pages[at], box, "", text)) for at, box, text in _fields(paper) if at in wanted]
    leaves = [
        Leaf(
            number=at,
            address=f"{base}/{at}.png",
            highlights=tuple(boxes.get(at, [])),
            fields=tuple(each for place, each in found if place == at),
            alternative=pages[at].text,
        )
        for at in wanted
    ]
    return Paperwork(name, base, tuple(leaves), len(pages))


def _boxes(each: Evidence, index: int, paper: Paper, pages: Mapping[int, Page]) -> Iterator[tuple[int, Box]]:
    """Where a piece of evidence stands on this paper: page and box."""
    if isinstance(each, OnPage) and each.document == paper.document and each.page in pages:
        yield each.page, each.box
    elif isinstance(each, Quote) and each.source.startswith(f"document:{index}:page:"):
        at = int(each.source.rpartition(":")[2])
        if at in pages:
            yield from ((at, box) for box in _of_words(pages[at], each.text.split()))


def _of_words(page: Page, wanted: Sequence[str]) -> Iterator[Box]:
    """A box a line around words that follow each other on a page."""
    words = page.words
    texts = [word.text for word in words]
    for start in range(len(texts) - len(wanted) + 1):
        if texts[start : start + len(wanted)] == list(wanted):
            lines: list[list[Box]] = []
            for word in words[start : start + len(wanted)]:
                if lines and abs(lines[-1][-1].bottom - word.box.bottom) < (word.box.bottom - word.box.top) / 2:
                    lines[-1].append(word.box)
                else:
                    lines.append([word.box])
            yield from (_around(line) for line in lines)
            return


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(box.x0 for box in boxes), min(box.top for box in boxes),
        max(box.x1 for box in boxes), max(box.bottom for box in boxes),
    )  # fmt: skip


def _fields(paper: Paper) -> Iterator[tuple[int, Box, str]]:
    """What was read out of the paper: page, box, and name with value."""
    named = [(name.replace("_", " "), value) for name, value in paper.fields.items()]
    for number, line in enumerate(paper.lines, start=1):
        named += [(f"{number}: {name.replace('_', ' ')}", value) for name, value in line.fields.items()]
    for name, value in named:
        if value.page is not None and value.box is not None:
            yield value.page, value.box, f"{name}: {value.text}"


def _highlight(page: Page, box: Box, mark: str, text: str) -> Highlight:
    wide, tall = max(page.width, 1.0), max(page.height, 1.0)
    return Highlight(
        left=round(100 * box.x0 / wide, 2),
        top=round(100 * box.top / tall, 2),
        width=round(100 * (box.x1 - box.x0) / wide, 2),
        height=round(100 * (box.bottom - box.top) / tall, 2),
        title=" ".join(text.split()),
        mark=mark,
    )


@dataclass(frozen=True)
class FactRow:
    """A fact."""

    id: str
    name: str
    about: str
    value: str
    how: str
    confidential: bool
    links: tuple[tuple[str, str], ...]
    """What to call it, and its address in Odoo."""


def facts_of(facts: Sequence[Any], odoo: str | None, writing: Writing, t: Words) -> tuple[list[FactRow], list[FactRow]]:
    """Facts, and apart from them the differences between a document and the order."""
    shown = [
        FactRow(
            id=f"fact-{fact.id}",
            name=t.of("fact", fact.name),
            about=fact.about or "",
            value=t("yes") if fact.value is True else t("no") if fact.value is False else
            writing.value(fact.value) + (f" {fact.unit}" if fact.unit else ""),
            how=fact.how,
            confidential=fact.confidential,
            links=tuple(_links(fact.sources, odoo)),
        )
        for fact in facts
    ]  # fmt: skip
    beside = [row for row, fact in zip(shown, facts, strict=True) if is_difference(fact)]
    return [row for row in shown if row not in beside], beside


def _links(sources: Sequence[str], odoo: str | None) -> Iterator[tuple[str, str]]:
    """The records that a fact was computed from, as links into Odoo."""
    if odoo is None:
        return
    done = set()
    for source in sources:
        model, _, rest = source.partition(":")
        number = rest.partition(".")[0]
        if model.count(".") and number.isdigit() and (model, number) not in done:
            done.add((model, number))
            yield f"{model} {number}", odoo_link(odoo, model, int(number))


def odoo_link(odoo: str, model: str, number: int) -> str:
    """Address of a record's form: understood by every version from 14 to 19."""
    return f"{odoo.rstrip('/')}/web#id={number}&model={model}&view_type=form"


def later_of(proposal: Proposal, facts: Sequence[Fact], writing: Writing) -> str | None:
    """The task for later in the language of the card, where its reader may see the facts that it follows from."""
    later = proposal.follow_up
    if later is None or not {fact.id for fact in facts}.issuperset(later.why):
        return None
    due = f" ({writing.value(later.due)})" if later.due else ""
    return f"{later_title(later, proposal.reader)}{due}"
