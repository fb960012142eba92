"""How often like tickets name the right team: a company's solved tickets, and mails by authors that none of them has.

    python -m evals.routing            # accuracy of what is suggested, how often it abstains, by language

The company is made up. Its solved tickets are the mails of split `dev` of the set `messages-dev`, each gone to the team
that the company's habit in `TEAMS` gives, one in twelve to another one by mistake. Routed are the mails of the set
`messages`. The habit is not the classifier's categories: some teams share categories, and one depends on who wrote.
"""

from __future__ import annotations

import argparse
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from evals.cases import ClassificationTarget, EvalCase
from evals.reading import read_set, shipped
from triage.domain import Category, PastTicket, RoutingBook
from triage.domain.shares import wilson
from triage.models.embedding import MultilingualE5
from triage.tasks.route.active import mail_reader, model_of
from triage.tasks.route.likeness import Floats, Likeness, packed, pieces, vectors
from triage.tasks.route.router import vote

TEAMS: dict[Category, str] = {
    Category.PRICING: "Sales office",
    Category.ORDER_CHANGE: "Sales office",
    Category.CREDIT: "Accounts",
    Category.INVOICE: "Accounts",
    Category.STOCK: "Purchasing",
    Category.SUPPLIER_CHANGE: "Purchasing",
    Category.DELAY: "Logistics",
    Category.DAMAGE_LOSS: "Logistics",
    Category.WRONG_MISSING: "Warehouse",
    Category.RETURNS: "Quality",
    Category.DATA: "Master data",
    Category.OTHER: "Reception",
}
_MISTAKES = 12
_COMPANY = "Made-up Trading"


def team_of(case: EvalCase) -> str:
    """Where this company's habit sends a mail: whatever a carrier writes goes to Logistics."""
    assert isinstance(case.target, ClassificationTarget)
    return "Logistics" if "carrier" in case.tags else TEAMS[case.target.category]


def book(cases: Sequence[EvalCase], reader: MultilingualE5) -> RoutingBook:
    """The company's solved tickets, with its mistakes."""
    chance = random.Random(2026)  # noqa: S311
    names = sorted(set(TEAMS.values()))
    told = _vectors(cases, reader)
    tickets = tuple(
        PastTicket(
            number=f"HT{n:05}",
            team=chance.choice(names) if n % _MISTAKES == 0 else team_of(case),
            vector=packed(vector),
        )
        for n, (case, vector) in enumerate(zip(cases, told, strict=True))
    )
    read_at = datetime(2026, 1, 1, tzinfo=UTC)
    return RoutingBook(company=_COMPANY, read_at=read_at, model=model_of(reader), tickets=tickets)


def routed(cases: Sequence[EvalCase], of: RoutingBook, reader: MultilingualE5) -> Iterator[tuple[EvalCase, str | None]]:
    """Each mail with the team that like tickets name, or none where they do not agree."""
    likeness = Likeness(of)
    for case, vector in zip(cases, _vectors(cases, reader), strict=True):
        found = vote("team", [ticket for ticket, _ in likeness.nearest(vector)], of)
        yield case, None if isinstance(found, str) else found.value


def _vectors(cases: Sequence[EvalCase], reader: MultilingualE5) -> list[Floats]:
    return vectors(reader, [pieces(case.input.subject or "", case.input.text or "") for case in cases])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=None, help="only so many mails")
    asked = parser.parse_args()
    reader = mail_reader(os.environ)
    solved = read_set(shipped() / "messages-dev.yaml").measured
    mails = read_set(shipped() / "messages.yaml").measured[: asked.most]
    found = list(routed(mails, book(solved, reader), reader))
    print(f"{len(solved)} solved tickets, {len(found)} mails")
    for language in (None, *sorted({case.language for case, _ in found})):
        part = [(team_of(case), said) for case, said in found if language in (None, case.language)]
        said = [(right, team) for right, team in part if team is not None]
        good = sum(right == team for right, team in said)
        low, high = wilson(good, len(said))
        share = f"{good / len(said):.3f} ({low:.3f} to {high:.3f})" if said else "none"
        print(f"{language or 'all':>4}: suggested {len(said)} of {len(part)}, right {good}: {share}")
    most, count = Counter(team_of(case) for case, _ in found).most_common(1)[0]
    print(f"always {most}: {count / len(found):.3f}")


if __name__ == "__main__":
    main()
