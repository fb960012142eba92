"""How much harm waiting does: from facts and from what the message says, with the reasons in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from triage.domain import ActBy, Case, Category, Fact, Severity
from triage.tasks.classify.signals import canonical

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
_LATE_DAYS, _VERY_LATE_DAYS = 5, 14
_CLAIM_DAYS = 2
_HIGH_AMOUNT = Decimal(5000)


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


def _number(fact: Fact) -> Decimal:
    return fact.value if isinstance(fact.value, Decimal) else Decimal(0)


def _from_facts(facts: Iterable[Fact]) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for fact in facts:
        name, value = canonical(fact.name), _number(fact)
        if name == "promise.days_late" and value >= _LATE_DAYS:
            found.append((2 if value >= _VERY_LATE_DAYS else 1, f"{value} days late"))
        elif name == "shipment.claim_days_left" and 0 <= value <= _CLAIM_DAYS:
            found.append((1, f"the claim period ends in {value} days"))
        elif name == "shipment.lost":
            found.append((1, "the carrier says it is lost"))
        elif name == "credit.on_hold":
            found.append((1, "the account is on hold"))
    return found


def _from_case(case: Case) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    total = case.order.amount_total if case.order else None
    if total is not None and case.order is not None and total >= _HIGH_AMOUNT:
        found.append((1, f"the order is worth {total:.2f} {case.order.currency}"))
    if case.partner is not None and (case.partner.customer_class or "").strip().upper() in {"A", "KEY", "VIP"}:
        found.append((1, f"a customer of class {case.partner.customer_class}"))
    return found


def _act_by(case: Case, facts: Iterable[Fact], category: Category) -> ActBy | None:
    zone = ZoneInfo(case.company.timezone)
    today = case.captured_at.astimezone(zone).date()
    for fact in facts:
        name = canonical(fact.name)
        if category is Category.DAMAGE_LOSS and name == "shipment.claim_days_left":
            last = today + timedelta(days=int(_number(fact)))
            return ActBy(at=_end_of(last, zone), source="claim period of the carrier")
        promised = fact.value if name == "promise.original" and isinstance(fact.value, date) else None
        if category in {Category.DELAY, Category.STOCK} and promised is not None and promised >= today:
            return ActBy(at=_end_of(promised, zone), source=f"promise {case.record.name}")
    return None


def _end_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(17, 0), tzinfo=zone)


def weigh_severity(case: Case, facts: tuple[Fact, ...], text: str, category: Category, subtype: str | None) -> Weight:
    """Severity of one suggestion.

    Starts at normal (low for requests that are no exception), then every reason found in the text or the facts moves
    it by its points; two reasons found in words count at most.
    """
    base = _QUIET.get((category, subtype or ""), _BASE[category])
    words = sorted(_from_words(text), key=lambda reason: -abs(reason[0]))[:_WORDS_AT_MOST]
    reasons = words if category is Category.OTHER else [*words, *_from_facts(facts), *_from_case(case)]
    if category is Category.OTHER:
        reasons = [(min(points, 1), why) for points, why in reasons]
    total = max(0, min(len(_STEPS) - 1, base + sum(points for points, _ in reasons)))
    why = "; ".join(why for _, why in reasons) or "nothing in the text or the facts makes it more or less urgent"
    return Weight(_STEPS[total], why, _act_by(case, facts, category))
