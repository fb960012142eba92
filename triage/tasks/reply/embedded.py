"""The embedded reply: sentences for each kind of exception, filled in with facts that its reader may know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from triage.domain import (
    Abstention,
    Category,
    Fact,
    Line,
    Method,
    Producer,
    Reply,
    Role,
    Shipment,
    Suggestion,
    View,
    fingerprint,
)
from triage.facts.labels import LANGUAGES, long_date
from triage.facts.wording import Reader
from triage.tasks.reply.phrases import BLANKS, SENTENCES
from triage.tasks.summarise.open_ends import their_questions
from triage.tasks.summarise.punctual import punctual_answer, stage, writer_language
from triage.tasks.summarise.reader import reader_language
from triage.verify.replies import audience, seen_by

_RULES = "reply-1"
_QUIET = frozenset({"auto_reply", "thanks", "unrelated"})
_MOST_LINES = 6
_MOST_QUESTIONS = 3
_DIFFERENCES = {
    "confirmation.price_difference": "differs_price",
    "confirmation.quantity_difference": "differs_quantity",
    "confirmation.date_difference": "differs_date",
}


@dataclass
class _Draft:
    """A reply that is being put together: what its reader may know, and what it says so far."""

    view: View
    """As far as whoever is answered may know it."""
    whole: View
    language: str
    agent: str
    blanks: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    def say(self, kind: str, **values: str) -> str:
        """A sentence; what `values` leaves open becomes a blank."""
        template = SENTENCES[kind][LANGUAGES.index(self.language)]
        named = {name: self.blank(name) for name in BLANKS if f"{{{name}}}" in template and name not in values}
        return template.format(**values, **named)

    def blank(self, name: str) -> str:
        """A blank for a person, in the agent's language."""
        told = BLANKS[name][LANGUAGES.index(self.agent)]
        if told not in self.blanks:
            self.blanks.append(told)
        return f"[{told}]"

    def day(self, name: str, about: str | None = None) -> str | None:
        """A fact that is a day, as a letter writes it."""
        fact = self.fact(name, about)
        if fact is None or not isinstance(fact.value, date):
            return None
        self.facts.append(fact.id)
        return long_date(fact.value, self.language)

    def fact(self, name: str, about: str | None = None) -> Fact | None:
        """A fact that the reader may know."""
        named = [fact for fact in self.view.facts if fact.name == name]
        return next((fact for fact in named if about is None or fact.about == about), None)

    def number(self, value: Decimal) -> str:
        """As the language writes it."""
        return Reader(self.language, self.view.case.captured_at.year).number(value)

    @property
    def shipment(self) -> Shipment | None:
        """The last transfer to the customer."""
        return self.view.case.shipments[-1] if self.view.case.shipments else None


class EmbeddedReplier(Runnable[View, Reply]):
    """Drafts an answer without a model. It decides nothing: what nobody has decided is a blank."""

    key = "reply"

    def __init__(self) -> None:
        version = fingerprint([_RULES, repr(SENTENCES), repr(BLANKS)])
        self.acting: dict[str, str] = {f"reply:{_RULES}": version}
        self.producer = Producer(method=Method.EMBEDDED, model=_RULES, version=version)

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Reply:  # noqa: A002
        """The draft for one view; an abstention where there is nobody to answer or nothing to say."""
        main = matter(input)
        if (reason := no_reply(input, main)) is not None:
            return Reply(by=self.producer, abstained=Abstention(reason=reason))
        who = audience(input)
        draft = _Draft(seen_by(input, who), input, writer_language(input), reader_language(input))
        paragraphs = [[draft.say("greeting")], *_paragraphs(draft, main, who)]
        paragraphs.append([draft.say("closing"), draft.blank("name"), input.case.company.name])
        text = "\n\n".join("\n".join(lines) for lines in paragraphs if lines)
        return Reply(
            by=self.producer,
            text=text,
            language=draft.language,
            to=who,
            blanks=tuple(draft.blanks),
            facts=tuple(dict.fromkeys(draft.facts)),
        )


def matter(view: View) -> Suggestion | None:
    """What is to be answered: the first exception, also where the mail alone shows none."""
    if view.classification is None:
        return None
    suggestions = view.classification.suggestions
    return next((one for one in suggestions if one.category is not Category.OTHER), suggestions[0])


def no_reply(view: View, main: Suggestion | None) -> str | None:
    """Why nobody is to be answered, or none."""
    if view.newest is None:
        return "nobody wrote"
    if view.newest.role in {Role.COLLEAGUE, Role.SYSTEM}:
        return "the last word is ours"
    if main is not None and main.category is Category.OTHER and main.subtype in _QUIET:
        return "nothing to answer"
    return None


def _paragraphs(draft: _Draft, main: Suggestion | None, who: Role) -> Iterator[list[str]]:
    if who is Role.SUPPLIER:
        yield from _to_supplier(draft)
    elif who is Role.CARRIER:
        yield [draft.say("thanks")]
        tracking = draft.shipment.tracking if draft.shipment else None
        yield [draft.say("where_is_it", tracking=tracking) if tracking else draft.say("answer")]
    else:
        order = draft.view.case.order
        yield [draft.say("thanks_order", order=order.ref.name) if order else draft.say("thanks")]
        yield [" ".join(_to_customer(draft, main))]
        yield from _their_questions(draft)


def _to_supplier(draft: _Draft) -> Iterator[list[str]]:
    """What differs from the order line by line, or that it is late; the decision is a person's."""
    purchase = next((one.ref.name for one in draft.view.case.purchases), None)
    told = list(_differences(draft))
    if told and purchase:
        yield [draft.say("confirmation", purchase=purchase), *told]
        yield [draft.say("supplier_decision")]
        return
    yield [draft.say("thanks")]
    asked = list(_their_questions(draft))
    late = draft.fact("purchase.days_late")
    if late is not None and purchase and isinstance(late.value, Decimal):
        draft.facts.append(late.id)
        yield [draft.say("purchase_late", purchase=purchase, days=draft.number(late.value))]
    elif asked:
        yield from asked
    else:
        yield [draft.say("answer")]


def _their_questions(draft: _Draft) -> Iterator[list[str]]:
    """Each question that they asked, in their words, with room for the answer."""
    if not punctual_answer(draft.whole, draft.language):
        for question in their_questions(draft.view, _MOST_QUESTIONS):
            yield [draft.say("question", question=question)]


def _differences(draft: _Draft) -> Iterator[str]:
    found = [fact for fact in draft.view.facts if fact.name in _DIFFERENCES and isinstance(fact.value, Decimal)]
    for fact in found[:_MOST_LINES]:
        assert isinstance(fact.value, Decimal)
        draft.facts.append(fact.id)
        amount = draft.number(fact.value)
        yield draft.say(_DIFFERENCES[fact.name], product=fact.about or "", amount=amount, unit=fact.unit or "")


def _to_customer(draft: _Draft, main: Suggestion | None) -> Iterator[str]:
    answer = punctual_answer(draft.whole, draft.language)
    if answer:
        draft.facts.append("promise.on_time")
        yield answer
    elif main is None or main.abstained is not None:
        yield draft.say("answer")
    else:
        yield from _BY_CATEGORY.get(main.category, _answer)(draft, main.subtype)


def _answer(draft: _Draft, subtype: str | None) -> Iterator[str]:
    yield draft.say("answer")


def _delay(draft: _Draft, subtype: str | None) -> Iterator[str]:
    original, current = draft.day("promise.original"), draft.day("promise.current")
    late = draft.fact("promise.days_late") is not None
    if late and original:
        yield draft.say("late", original=original)
    yield from stage(draft.view, draft.language)
    scan = draft.shipment.last_scan if draft.shipment else None
    if subtype in {"stuck", "untracked"}:
        if scan:
            yield draft.say("last_scan", scan=long_date(scan.date(), draft.language))
        yield draft.say("we_ask_carrier")
        return
    passed = draft.fact("promise.current")
    stands = current and passed and isinstance(passed.value, date) and passed.value >= _today(draft)
    if stands and current:
        yield draft.say("now_promised" if current != original else "promised", current=current)
    else:
        yield draft.say("new_date")


def _today(draft: _Draft) -> date:
    return draft.view.case.captured_at.date()


def _stock(draft: _Draft, subtype: str | None) -> Iterator[str]:
    lines = {line.product: line for line in draft.view.case.lines}
    for fact in [one for one in draft.view.facts if one.name == "stock.shortage"][:_MOST_LINES]:
        line: Line | None = lines.get(fact.about or "")
        if line is not None and isinstance(fact.value, Decimal):
            draft.facts.append(fact.id)
            short, ordered = draft.number(fact.value), draft.number(line.quantity.normalize() + 0)
            yield draft.say("short", short=short, ordered=ordered, product=line.product)
    yield draft.say("rest")


def _credit(draft: _Draft, subtype: str | None) -> Iterator[str]:
    yield draft.say("account")


def _pricing(draft: _Draft, subtype: str | None) -> Iterator[str]:
    order = draft.view.case.order
    for line in draft.view.case.lines[:3]:
        if line.unit_price is not None and order is not None:
            price = Reader(draft.language, 0).number(line.unit_price, 2) if _has_cents(line.unit_price) else None
            exact = price or draft.number(line.unit_price.normalize())
            yield draft.say("price_stands", product=line.product, price=exact, currency=order.currency)
    yield draft.say("price_decision")


def _has_cents(price: Decimal) -> bool:
    return price == price.quantize(Decimal("0.01"))


def _damage_loss(draft: _Draft, subtype: str | None) -> Iterator[str]:
    if subtype == "not_received":
        yield from _delivery(draft)
        yield draft.say("look_again")
    elif subtype == "lost" or draft.fact("shipment.lost"):
        if draft.fact("shipment.lost"):
            yield draft.say("lost")
        yield draft.say("compensation")
    else:
        yield draft.say("damaged")
        yield draft.say("compensation")


def _delivery(draft: _Draft) -> Iterator[str]:
    """When it was delivered, and who signed, as the carrier says."""
    delivered, signed = draft.day("shipment.delivered"), draft.fact("shipment.signed_by")
    if delivered:
        yield draft.say("delivered", delivered=delivered)
    if signed:
        draft.facts.append(signed.id)
        yield draft.say("signed", signed=str(signed.value))


def _wrong_missing(draft: _Draft, subtype: str | None) -> Iterator[str]:
    yield draft.say("wrong")


def _returns(draft: _Draft, subtype: str | None) -> Iterator[str]:
    yield draft.say("return")


def _order_change(draft: _Draft, subtype: str | None) -> Iterator[str]:
    yield draft.say("cancel" if subtype == "cancel" else "change")


def _invoice(draft: _Draft, subtype: str | None) -> Iterator[str]:
    if subtype == "no_pod":
        yield from _delivery(draft)
    yield draft.say("attached" if subtype in {"copy", "no_pod"} else "invoice")


def _data(draft: _Draft, subtype: str | None) -> Iterator[str]:
    asked = False
    for name, kind in (("data.reference_missing", "reference"), ("data.missing_address", "address")):
        if (fact := draft.fact(name)) is not None and fact.value is True:
            draft.facts.append(fact.id)
            asked = True
            yield draft.say(kind)
    if not asked:
        yield draft.say("answer")


_BY_CATEGORY = {
    Category.DELAY: _delay,
    Category.STOCK: _stock,
    Category.CREDIT: _credit,
    Category.PRICING: _pricing,
    Category.DAMAGE_LOSS: _damage_loss,
    Category.WRONG_MISSING: _wrong_missing,
    Category.RETURNS: _returns,
    Category.ORDER_CHANGE: _order_change,
    Category.INVOICE: _invoice,
    Category.DATA: _data,
}
