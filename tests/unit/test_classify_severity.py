"""Severity from facts and words, in five languages."""

from __future__ import annotations

import pytest

from tests.unit.classify_views import NOW, fact, view
from triage.domain import Category, Severity
from triage.tasks.classify.severity import weigh_severity


def severity(text: str, category: Category = Category.DELAY, *facts: object, subtype: str | None = "late") -> Severity:
    return weigh_severity(view(text).case, tuple(facts), text, category, subtype).severity  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Our production line has stopped because of this.",
        "Bei uns steht die Anlage still.",
        "De machine staat stil.",
        "Notre ligne de production est à l'arrêt.",
        "Tenemos la obra parada.",
        "We will claim penalties under the contract.",
        "Wir machen Verzugsschaden geltend.",
        "Someone was injured by the splinter.",
    ],
)
def test_harm_raises_to_urgent(text: str) -> None:
    assert severity(text) is Severity.URGENT


@pytest.mark.parametrize(
    "text",
    [
        "Please send it, it is urgent.",
        "Es eilt.",
        "Graag met spoed.",
        "Réponse aujourd'hui svp.",
        "Lo necesitamos mañana.",
        "Dies ist unsere Anfrage zum dritten Mal.",
    ],
)
def test_haste_raises_by_one(text: str) -> None:
    assert severity(text) is Severity.HIGH


@pytest.mark.parametrize("text", ["No rush at all.", "Keine Eile.", "Geen haast.", "Rien d'urgent.", "No corre prisa."])
def test_leisure_lowers(text: str) -> None:
    assert severity(text) is Severity.LOW


def test_a_plain_exception_is_normal_and_a_plain_question_low() -> None:
    assert severity("The goods are not here yet.") is Severity.NORMAL
    assert severity("Do you sell rope?", Category.OTHER, subtype="enquiry") is Severity.LOW


@pytest.mark.parametrize(("days", "expected"), [(4, Severity.NORMAL), (5, Severity.HIGH), (14, Severity.URGENT)])
def test_days_late(days: int, expected: Severity) -> None:
    assert severity("", Category.DELAY, fact("promise.days_late", days)) is expected


@pytest.mark.parametrize(("left", "expected"), [(3, Severity.NORMAL), (2, Severity.HIGH), (0, Severity.HIGH)])
def test_the_claim_period_presses_and_gives_a_time(left: int, expected: Severity) -> None:
    known = (fact("shipment.claim_days_left", left),)
    weight = weigh_severity(view("").case, known, "", Category.DAMAGE_LOSS, "damaged")
    assert weight.severity is expected
    assert weight.act_by is not None
    assert weight.act_by.source == "claim period of the carrier"
    assert (weight.act_by.at.date() - NOW.date()).days == left


def test_the_reasons_are_said() -> None:
    weight = weigh_severity(
        view("").case, (fact("promise.days_late", 6),), "urgent, our machine is down", Category.DELAY, "late"
    )
    assert "production or work stands still" in weight.why
    assert "6 days late" in weight.why
