"""Why, how urgent, whom it hits and where it goes: what a card says beside its suggestion, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from service.review.rendering import Words, Writing
from service.review.seeing import Sight
from service.review.showing import Shown, evidence_of, odoo_link
from triage.cards.drawing import public, svg, tree
from triage.domain import Card, Contribution, Hit, Member, Person, Proposal

_MOST_CAUSES = 3


@dataclass(frozen=True)
class CauseShown:
    """One explanation beside others."""

    name: str
    points: str
    likely: str
    """How often a cause with such a score is the right one; empty where that was not measured."""
    evidence: list[Shown]
    against: list[Shown]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class ImpactShown:
    """Whom a change hits: drawn, and the same in lines of text."""

    drawing: Markup
    lines: list[str]
    hidden: str
    """That there are lines that are not for this person; empty where there are none, or all are."""


@dataclass(frozen=True)
class FactorShown:
    """What one factor adds to the priority."""

    name: str
    points: str
    why: str


@dataclass(frozen=True)
class MemberShown:
    """One case of a shared card."""

    key: str
    name: str
    company: str
    """Where it is another one than the card's."""
    category: str
    severity: str
    state: str
    link: str | None
    is_undecided: bool


@dataclass(frozen=True)
class Explained:
    """All of it."""

    causes: list[CauseShown]
    impact: ImpactShown | None
    score: str
    factors: list[FactorShown]
    has_hidden: bool
    """Whether there are factors that are not for this person."""
    routing: list[tuple[str, str, str]]
    """Slot, value, why."""
    undecided: tuple[str, ...]
    members: list[MemberShown]
    hidden_members: int
    because: tuple[str, ...]
    """What the members share."""


def explained(card: Card, person: Person, sight: Sight, odoo: str | None, w: Writing, t: Words) -> Explained:
    """What the card says of itself, as far as the person may see it."""
    proposal = card.proposal
    factors, points, has_hidden = _factors(proposal, sight.contributions(person, proposal), w, t)
    seen = set(map(id, visible_members(card, person, sight)))
    return Explained(
        causes=list(_causes(proposal, person, sight, w, t)),
        impact=_impact(proposal, sight.hits(person, proposal), t),
        score="" if proposal.priority is None else w.value(round(Decimal(str(points)), 1)),
        factors=factors,
        has_hidden=has_hidden,
        routing=list(_routing(proposal, t)),
        undecided=proposal.routing.undecided if proposal.routing else (),
        members=[_member(card, one, odoo, t) for one in card.members if id(one) in seen],
        hidden_members=len(card.members) - len(seen),
        because=tuple(origin.text for origin in proposal.origins) if card.members else (),
    )


def visible_members(card: Card, person: Person, sight: Sight) -> list[Member]:
    """The cases of a shared card that the person may see."""
    found = sight.records(person, [(one.company, one.record) for one in card.members])
    return [one for one, may in zip(card.members, found, strict=True) if may]


def _causes(proposal: Proposal, person: Person, sight: Sight, w: Writing, t: Words) -> Iterator[CauseShown]:
    for cause in proposal.causes[:_MOST_CAUSES]:
        yield CauseShown(
            name=t.of("cause", cause.kind.value),
            points=w.value(round(cause.score, 1)),
            likely="" if cause.probability is None else w.share(cause.probability.value),
            evidence=evidence_of(cause.evidence, None, proposal, person, sight, t),
            against=evidence_of(cause.against, None, proposal, person, sight, t),
            missing=cause.missing,
        )


def _impact(proposal: Proposal, visible: Sequence[Hit], t: Words) -> ImpactShown | None:
    """The lines that the person may see are drawn and named; how many there are in all is for everybody."""
    impact = proposal.impact
    if impact is None or not impact.hits:
        return None
    shown = impact.with_(hits=tuple(visible)) if visible else impact
    hidden = len(impact.hits) - len(visible)
    # The drawing escapes what others wrote.
    drawing = Markup(svg(shown, confidential=bool(visible)))  # noqa: S704  # nosec
    more = t("impact.hidden", count=hidden, whole=public(impact)) if visible and hidden else ""
    return ImpactShown(drawing, tree(shown, confidential=bool(visible)), more)


def _factors(
    proposal: Proposal, visible: Sequence[Contribution], w: Writing, t: Words
) -> tuple[list[FactorShown], float, bool]:
    """The factors that the person may see, their points together, and whether there are others.

    How many points the others have is not said: one of them alone would tell an amount's or a margin's size.
    """
    found = proposal.priority.contributions if proposal.priority else ()
    shown = [
        FactorShown(t.of("factor", one.factor.value), w.value(round(one.points, 1)), one.why)
        for one in visible
        if round(one.points, 1)
    ]
    return shown, sum(one.points for one in visible), len(visible) < len(found)


def _routing(proposal: Proposal, t: Words) -> Iterator[tuple[str, str, str]]:
    for choice in proposal.routing.choices if proposal.routing else ():
        yield t.of("slot", choice.slot), choice.value, choice.why


def _member(card: Card, member: Member, odoo: str | None, t: Words) -> MemberShown:
    record = member.record
    kind = f" · {t.of('subtype', member.subtype)}" if member.subtype else ""
    return MemberShown(
        key=member.key,
        name=record.name,
        company="" if member.company == card.key.company else member.company,
        category=t.of("category", member.category.value) + kind,
        severity=member.severity.value,
        state=t.of("state", member.state.value),
        link=None if odoo is None or record.id is None else odoo_link(odoo, record.model, record.id),
        is_undecided=member.is_undecided,
    )


def parts_of_reply(text: str, blanks: Sequence[str]) -> list[tuple[str, bool]]:
    """A draft cut where a person must fill something in."""
    found: list[tuple[str, bool]] = [(text, False)]
    for blank in dict.fromkeys(blanks):
        written = blank if blank.startswith("[") else f"[{blank}]"
        cut: list[tuple[str, bool]] = []
        for part, is_blank in found:
            if is_blank or written not in part:
                cut.append((part, is_blank))
                continue
            for number, piece in enumerate(part.split(written)):
                cut += [(written, True)] if number else []
                cut += [(piece, False)] if piece else []
        found = cut
    return found
