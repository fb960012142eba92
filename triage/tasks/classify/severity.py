"""How much harm waiting does: from facts and from what the message says, with the reasons in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from triage.domain import ActBy, Case, Category, Fact, Severity
from triage.facts.reported import amount, canonical

_STEPS = (Severity.LOW, Severity.NORMAL, Severity.HIGH, Severity.URGENT)


@dataclass(frozen=True)
class _Sign:
    points: int
    why: str
    pattern: re.Pattern[str]


def _sign(points: int, why: str, words: str) -> _Sign:
    return _Sign(points, why, re.compile(r"(?<!\w)(?:" + "|".join(words.split(", ")) + ")", re.IGNORECASE))


_CALLED_URGENT = "it is called urgent"
_SIGNS: tuple[_Sign, ...] = (
    _sign(
        2,
        "people's safety is at risk",
        "injur, accident, hazard, unsafe, safety risk, leaking acid, chemical spill, evacuat, fire risk, "
        "electric shock, "
        "verletz, unfall, gefährd, lebensgefahr, brandgefahr, gewond, ongeval, gevaarlijk, levensgevaar, bless[ée], "
        "danger(?!ous goods), accidents?, herid, peligr, accidente, riesgo de incendio, fuga de",
    ),
    _sign(
        2,
        "production or work stands still",
        r"(?:line|machine|production|plant|site|crew|job|shop)s?\s+(?:\w+\s+){0,3}(?:down|stop|stopped|stops|"
        r"standing|idle|"
        r"at a standstill), shut\s?down, standing around, "
        r"(?:produktion|anlage|maschine|band|linie|baustelle|montage)\s+"
        r"(?:\w+\s+){0,3}(?:steht|still), stillstand, steht\s+(?:die|bei uns|unsere)\s+\w+, "
        r"(?:staan|ligt|lijn|machine|bouw)"
        r"\s+(?:\w+\s+){0,3}(?:stil|plat), stilstand, (?:à l'arrêt|arrêt de (?:chaîne|production|ligne)), "
        r"(?:línea|obra|máquina|producción|planta)\s+(?:\w+\s+){0,2}parad, parada de",
    ),
    _sign(
        1,
        "it must happen today or tomorrow",
        "today, tomorrow, tonight, by noon, within 24, immediately, right away, heute, "
        "morgen(?: früh|$|[ ,.!]), sofort, "
        "umgehend, unverzüglich, vandaag, morgenochtend, onmiddellijk, per direct, aujourd'hui, demain, immédiat, hoy, "
        "mañana, inmediat, de inmediato",
    ),
    _sign(
        1,
        _CALLED_URGENT,
        "urgent, asap, a\\.s\\.a\\.p, as soon as possible, emergency, critical, eilt, eilig, dringend, notfall, spoed, "
        "zo snel mogelijk, noodgeval, urgence, urgent, au plus vite, urge, urgente, cuanto antes, lo antes posible",
    ),
    _sign(
        2,
        "legal steps or penalties are named",
        "lawyer, solicitor, legal action, penalt, damages, breach of contract, court, anwalt, rechtliche schritte, "
        "vertragsstrafe, verzugsschaden, schadens?ersatz, konventionalstrafe, advocaat, boete, schadevergoeding, "
        "ingebrekestelling, juridisch, avocat, pénalit, mise en demeure, dommages et intérêts, abogado, penaliz, "
        "acciones legales, indemnizaci",
    ),
    _sign(
        1,
        "it is not the first reminder",
        "third time, second time, again and again, reminder, still no (?:reply|answer|response), chasing, once again, "
        "zum (?:dritten|zweiten|wiederholten) mal, nochmals, mehrfach, erneut, wieder mal, immer noch keine, "
        "derde keer, tweede keer, nogmaals, alweer, nog steeds geen, troisième, deuxième fois, encore une fois, "
        "à nouveau, relance, toujours pas de réponse, tercera, segunda vez, otra vez, de nuevo, sigo sin",
    ),
    _sign(
        -1,
        "there is no hurry",
        "no rush, no hurry, not urgent, whenever convenient, when you have time, keine eile, eilt nicht, hat zeit, "
        "geen haast, niet dringend, rien d'urgent, pas urgent, quand vous pourrez, no corre prisa, sin prisa, "
        "no es urgente",
    ),
)
_BASE: dict[Category, int] = dict.fromkeys(Category, 1) | {Category.OTHER: 0}
_QUIET = {
    (Category.DELAY, "status_enquiry"): 0,
    (Category.INVOICE, "copy"): 0,
    (Category.DATA, "master_data"): 0,
}
_WORDS_AT_MOST = 2
_POINTS = {"shipment.claim_pressing": 1, "shipment.lost": 1, "credit.on_hold": 1}
_WEIGHTY = ("order.high_value", "customer.important")
"""One step together: what is at stake, not what went wrong."""
_STOPS_AN_ORDER = frozenset(
    {
        Category.PRICING,
        Category.CREDIT,
        Category.STOCK,
        Category.DELAY,
        Category.ORDER_CHANGE,
        Category.SUPPLIER_CHANGE,
        Category.DATA,
    }
)
"""Exceptions while the goods are still to come: a promise presses."""


@dataclass(frozen=True)
class Weight:
    """A severity with its reasons and a time where the facts give one."""

    severity: Severity
    why: str
    act_by: ActBy | None


def _from_words(text: str) -> list[tuple[int, str]]:
    found = [(sign.points, sign.why) for sign in _SIGNS if sign.pattern.search(text)]
    if any(points < 0 for points, _ in found):
        return [reason for reason in found if reason[1] != _CALLED_URGENT]
    return found


def _from_facts(facts: Iterable[Fact], category: Category) -> list[tuple[int, str]]:
    """What facts add. Policy has decided already what is serious, high, important or near (`triage.facts.weight`)."""
    known = {canonical(fact.name): fact for fact in reversed(tuple(facts)) if amount(fact) != 0 or _is_near(fact)}
    found = [(points, _said(known[name])) for name, points in _POINTS.items() if name in known]
    if "promise.lateness" in known:
        fact = known["promise.lateness"]
        found.append((2 if fact.value == "grave" else 1, _said(fact)))
    if "promise.near" in known and category in _STOPS_AN_ORDER:
        found.append((1, _said(known["promise.near"])))
    weighty = [_said(known[name]) for name in _WEIGHTY if name in known]
    return [*found, *([(1, "; ".join(weighty))] if weighty else [])]


def _is_near(fact: Fact) -> bool:
    return fact.name in {"promise.near", "shipment.claim_pressing"}


def _said(fact: Fact) -> str:
    return fact.how or canonical(fact.name).replace(".", ": ").replace("_", " ")


def _act_by(case: Case, facts: Iterable[Fact], category: Category) -> ActBy | None:
    """The end of the claim period for damage, the promised day for what stops an order; a broken one means today."""
    zone = ZoneInfo(case.company.timezone)
    today = case.captured_at.astimezone(zone).date()
    known = {canonical(fact.name): fact for fact in reversed(tuple(facts))}
    left, promised = known.get("shipment.claim_days_left"), known.get("promise.original")
    if category is Category.DAMAGE_LOSS and left is not None:
        last = today + timedelta(days=int(amount(left)))
        return ActBy(at=_end_of(last, case, zone), source="claim period of the carrier")
    if category not in _STOPS_AN_ORDER or promised is None or not isinstance(promised.value, date):
        return None
    if promised.value >= today:
        return ActBy(at=_end_of(promised.value, case, zone), source=f"promise {case.record.name}")
    if "promise.days_late" in known and "promise.arrived" not in known:
        return ActBy(at=_end_of(today, case, zone), source=f"promise {case.record.name}, broken since {promised.value}")
    return None


def _end_of(day: date, case: Case, zone: ZoneInfo) -> datetime:
    """Five in the afternoon, or the end of the day where that has passed."""
    closing = datetime.combine(day, time(17, 0), tzinfo=zone)
    return closing if closing >= case.captured_at else datetime.combine(day, time(23, 59), tzinfo=zone)


def weigh_severity(case: Case, facts: tuple[Fact, ...], text: str, category: Category, subtype: str | None) -> Weight:
    """Severity of one suggestion.

    Starts at normal (low for requests that are no exception), then every reason found in the text or the facts moves
    it by its points; two reasons found in words count at most.
    """
    base = _QUIET.get((category, subtype or ""), _BASE[category])
    words = sorted(_from_words(text), key=lambda reason: -abs(reason[0]))[:_WORDS_AT_MOST]
    reasons = words if category is Category.OTHER else [*words, *_from_facts(facts, category)]
    if category is Category.OTHER:
        reasons = [(min(points, 1), why) for points, why in reasons]
    total = max(0, min(len(_STEPS) - 1, base + sum(points for points, _ in reasons)))
    why = "; ".join(why for _, why in reasons) or "nothing in the text or the facts makes it more or less urgent"
    return Weight(_STEPS[total], why, _act_by(case, facts, category))
