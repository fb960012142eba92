"""The router: the policy's word where there is one, else the vote of like tickets, else nothing and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from triage.domain import (
    Abstention,
    Category,
    Choice,
    Method,
    PastTicket,
    Policy,
    Producer,
    Routing,
    RoutingBook,
    Slot,
    View,
    fingerprint,
)
from triage.models.embedding import MailReader
from triage.tasks.route.likeness import LIKE, NEAREST, Floats, Likeness, pieces, vectors
from triage.tasks.summarise.written import written

_RULES = "route-1"
_SHARE = 0.6
"""Of the like tickets that say anything, this share must agree."""
_FEWEST = 4
"""So many like tickets must say something."""
_TAG_SHARE = 0.5
_MOST_TAGS = 3
_SHOWN = 4
"""Numbers of like tickets that are named."""
_SLOTS: tuple[Slot, ...] = ("team", "ticket_type", "category", "priority")


class Router(Runnable[View, Routing]):
    """Suggests team, ticket type, tags, category and priority of a ticket. It writes nothing.

    `books` are the companies' own, by name; a company without one gets what its policy says.
    """

    key = "route"

    def __init__(self, books: Mapping[str, RoutingBook], reader: MailReader | None, version: str = "none") -> None:
        self._books = dict(books)
        self._reader = reader
        rules = [_RULES, _SHARE, _FEWEST, _TAG_SHARE, NEAREST, LIKE]
        self.acting: dict[str, str] = {f"route:{_RULES}": fingerprint(rules), "route:books": version}
        self.producer = Producer(method=Method.EMBEDDED, model=_RULES, version=fingerprint([rules, version]))

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Routing:  # noqa: A002
        """Where a ticket of this view should go; an abstention where it shows no exception."""
        main = input.classification.suggestions[0] if input.classification else None
        if main is None or (main.category is Category.OTHER and main.abstained is None):
            return Routing(by=self.producer, abstained=Abstention(reason="no exception, so no ticket"))
        book = self._books.get(input.case.company.name)
        choices = [] if main.abstained else list(_by_policy(input.policy, main.category, book))
        like, why = self._like(input, book)
        undecided: list[str] = [why] if why else []
        for slot in _SLOTS:
            if not any(choice.slot == slot for choice in choices) and like:
                found = vote(slot, like, book)
                if isinstance(found, Choice):
                    choices.append(found)
                else:
                    undecided.append(found)
        if like and not any(choice.slot == "tag" for choice in choices):
            choices += _tags(like, book)
        return Routing(by=self.producer, choices=tuple(choices), undecided=tuple(filter(None, undecided)))

    def _like(self, view: View, book: RoutingBook | None) -> tuple[list[PastTicket], str]:
        """Like tickets, or why there are none worth asking; no reason where the company keeps no book."""
        if book is None or self._reader is None:
            return [], ""
        vector = self._vector(view)
        found = [ticket for ticket, _ in self._likeness[book.company].nearest(vector)] if vector is not None else []
        if len(found) >= _FEWEST:
            return found, ""
        return [], f"{len(found)} of {len(book.tickets)} solved tickets are like this one: too few to go by"

    @cached_property
    def _likeness(self) -> dict[str, Likeness]:
        return {name: Likeness(book) for name, book in self._books.items()}

    def _vector(self, view: View) -> Floats | None:
        newest = view.newest
        if newest is None or self._reader is None:
            return None
        body = written(newest.body) or newest.body
        return vectors(self._reader, [pieces(newest.subject, body)])[0]


def _by_policy(policy: Policy, category: Category, book: RoutingBook | None) -> Iterator[Choice]:
    route = policy.routes.get(category)
    why = f"policy {policy.version} for {category.value}"
    team = (route.team if route else None) or policy.teams.get(category)
    named: list[tuple[Slot, str | None]] = [("team", team)]
    if route is not None:
        named += [("ticket_type", route.ticket_type), ("category", route.category), ("priority", route.priority)]
        named += [("tag", tag) for tag in route.tags]
    for slot, value in named:
        if value is not None:
            option = book.option(slot, value) if book else None
            yield Choice(slot=slot, value=value, id=option.id if option else None, source="policy", why=why)


def vote(slot: Slot, like: Sequence[PastTicket], book: RoutingBook | None) -> Choice | str:
    """What most like tickets had, or why that is left open; an empty text where none had anything."""
    said = [(ticket, getattr(ticket, slot)) for ticket in like if getattr(ticket, slot) is not None]
    if not said:
        return ""
    counted = Counter(value for _, value in said).most_common(2)
    value, votes = counted[0]
    word = {"team": "went to", "priority": "had priority", "ticket_type": "were", "category": "were of"}[slot]
    told = f"{votes} of {len(said)} like tickets {word} {value}"
    if len(said) < _FEWEST or votes < _SHARE * len(said):
        second = f", {counted[1][1]} {word} {counted[1][0]}" if len(counted) > 1 else ""
        return f"{slot.replace('_', ' ')}: {told}{second}"
    option = book.option(slot, value) if book else None
    return Choice(
        slot=slot,
        value=value,
        id=option.id if option else None,
        source="history",
        votes=votes,
        of=len(said),
        like=tuple(ticket.number for ticket, said_value in said if said_value == value)[:_SHOWN],
        why=told,
    )


def _tags(like: Sequence[PastTicket], book: RoutingBook | None) -> Iterator[Choice]:
    """Tags that at least half of the like tickets carry."""
    counted = Counter(tag for ticket in like for tag in ticket.tags)
    for tag, votes in counted.most_common(_MOST_TAGS):
        if votes >= max(2.0, _TAG_SHARE * len(like)):
            option = book.option("tag", tag) if book else None
            yield Choice(
                slot="tag",
                value=tag,
                id=option.id if option else None,
                source="history",
                votes=votes,
                of=len(like),
                like=tuple(ticket.number for ticket in like if tag in ticket.tags)[:_SHOWN],
                why=f"{votes} of {len(like)} like tickets carry it",
            )
