"""Causes of a delay: what speaks for and against each, the thread beside the facts, what holds after verification."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.fact_cases import SALE, at, line, number, order, purchase
from triage.domain import (
    Case,
    Category,
    Cause,
    CauseAssessment,
    CauseKind,
    Classification,
    Company,
    FactEvidence,
    Hindrance,
    HindranceKind,
    Message,
    MessageKind,
    Method,
    Policy,
    Producer,
    Promise,
    Quote,
    RecordRef,
    Role,
    Shipment,
    ShipmentKind,
    Suggestion,
    View,
)
from triage.facts import establish_facts
from triage.tasks.cause.cues import read_cues, shipped_cues
from triage.tasks.cause.embedded import EmbeddedCauses
from triage.verify.answers import verify

TASK = EmbeddedCauses()
BY = Producer(method=Method.EMBEDDED, model="test", version="0")
K = CauseKind
PROMISED = Promise(promised_for=date(2026, 11, 12), made_at=at("2026-11-01"), source="sale.order:42.commitment_date")


def view(category: Category = Category.DELAY, **fields: Any) -> View:
    values = {
        "record": SALE,
        "company": Company(name="Brandt & Mercer Supply B.V.", currency="EUR", timezone="Europe/Amsterdam"),
        "captured_at": at("2026-11-15T10:00"),
        "order": order(),
        "lines": (line(reserved=number(0)),),
        "promises": (PROMISED,),
    } | fields
    case = Case.model_validate(values)
    found = View(case, (), establish_facts(case, (), Policy()))
    return found.plus(Classification(by=BY, suggestions=(Suggestion(category=category),)))


def explained(of: View) -> CauseAssessment:
    return verify(TASK.invoke(of), of)


def kinds(of: View) -> list[CauseKind]:
    return [cause.kind for cause in explained(of).causes]


def the(of: View, kind: CauseKind) -> Cause:
    return next(cause for cause in explained(of).causes if cause.kind is kind)


def note(body: str, role: Role = Role.COLLEAGUE) -> Message:
    kind = MessageKind.NOTE if role is Role.COLLEAGUE else MessageKind.MESSAGE
    return Message(id="m1", body=body, role=role, kind=kind)


def transfer(**fields: Any) -> Shipment:
    values = {"ref": RecordRef(model="stock.picking", id=5, name="WH/OUT/5"), "kind": ShipmentKind.OUTGOING,
              "state": "assigned"} | fields  # fmt: skip
    return Shipment.model_validate(values)


def held(until: str) -> Hindrance:
    return Hindrance(
        kind=HindranceKind.RESERVED_ELSEWHERE, record=RecordRef(model="sale.order", id=None, name="S00099"),
        about="BM-100", quantity=Decimal(80), uom="Units", customer="Somebody Else", until=date.fromisoformat(until),
    )  # fmt: skip


LATE_SUPPLIER = purchase(line(id=31, quantity=100, date_planned=date(2026, 11, 5)))


class TestFactsFirst:
    def test_a_supplier_who_owes_the_goods(self) -> None:
        cause = the(view(purchases=(LATE_SUPPLIER,)), K.SUPPLIER_LATE)
        assert "10 days late" in cause.evidence[0].text
        assert cause.missing == ("a new date that the supplier confirms",)
        assert cause.probability is None
        assert "+4 supply.days_late" in cause.score_why

    def test_goods_held_for_a_later_promise_come_before_a_late_supplier(self) -> None:
        assert kinds(view(purchases=(LATE_SUPPLIER,), hindrances=(held("2026-12-01"),)))[:2] == [
            K.ALLOCATION,
            K.SUPPLIER_LATE,
        ]

    def test_goods_held_for_an_earlier_promise_do_not(self) -> None:
        assert kinds(view(purchases=(LATE_SUPPLIER,), hindrances=(held("2026-11-10"),)))[0] is K.SUPPLIER_LATE

    def test_whose_order_holds_them_is_confidential(self) -> None:
        found = view(hindrances=(held("2026-12-01"),))
        named = [fact for fact in found.facts if "Somebody Else" in fact.how]
        assert named and all(fact.confidential for fact in named)
        assert "Somebody Else" not in str([e.text for c in explained(found).causes for e in c.evidence])

    def test_ready_goods_speak_for_the_warehouse_and_against_the_supplier(self) -> None:
        ready = view(
            lines=(line(reserved=number(100)),),
            purchases=(LATE_SUPPLIER,),
            shipments=(transfer(scheduled=at("2026-11-11T10:00")),),
        )
        assert kinds(ready)[0] is K.PICKING_BACKLOG
        assert K.SUPPLIER_LATE not in kinds(ready)

    @pytest.mark.parametrize(("left", "first"), [("2026-11-11", K.CARRIER), ("2026-11-14", K.PICKING_BACKLOG)])
    def test_when_it_left_tells_the_carrier_from_the_warehouse(self, left: str, first: CauseKind) -> None:
        on_the_road = transfer(
            state="done", date_done=at(f"{left}T15:00"), carrier="Transvracht", carrier_status="in_transit",
            last_scan=at("2026-11-14T10:00"),
        )  # fmt: skip
        assert kinds(view(lines=(line(delivered=number(100)),), shipments=(on_the_road,)))[0] is first

    def test_a_promise_that_was_moved_counts_as_it_stood_when_the_goods_left(self) -> None:
        moved = PROMISED.with_(promised_for=date(2026, 11, 14), made_at=at("2026-11-10"))
        on_the_road = transfer(
            state="done", date_done=at("2026-11-13T15:00"), carrier="Transvracht", carrier_status="exception"
        )
        found = view(lines=(line(delivered=number(100)),), shipments=(on_the_road,), promises=(PROMISED, moved))
        assert found.fact("shipment.left_in_time") is not None
        assert kinds(found)[0] is K.CARRIER

    def test_a_machine_that_was_broken_before_the_promise_counts_little(self) -> None:
        broken = Hindrance(kind=HindranceKind.EQUIPMENT_DOWN, about="Gate 4", what="Scratches", since=date(2026, 5, 1))
        fresh = broken.with_(since=date(2026, 11, 10))
        ready = {"lines": (line(reserved=number(100)),)}
        old = the(view(hindrances=(broken,), **ready), K.EQUIPMENT_DOWN).score
        assert the(view(hindrances=(fresh,), **ready), K.EQUIPMENT_DOWN).score > old

    def test_a_small_block_is_not_why_everything_is_late(self) -> None:
        small = Hindrance(kind=HindranceKind.QUALITY_BLOCK, about="BM-100", quantity=Decimal(5), what="Scratched")
        assert kinds(view(purchases=(LATE_SUPPLIER,), hindrances=(small,)))[0] is K.SUPPLIER_LATE
        whole = small.with_(quantity=None)
        assert kinds(view(purchases=(LATE_SUPPLIER,), hindrances=(whole,)))[0] is K.QUALITY_BLOCK


class TestTheThread:
    def test_a_note_says_what_no_field_shows_and_is_quoted(self) -> None:
        told = view(
            lines=(line(reserved=number(100)),),
            messages=(note("Alles bereit. Leider sind zwei Staplerfahrer krank. Montag geht es weiter."),),
        )
        assert kinds(told)[0] is K.STAFF
        (quote, *_) = [e for e in the(told, K.STAFF).evidence if isinstance(e, Quote)]
        assert (quote.text, quote.source, quote.verified) == (
            "Leider sind zwei Staplerfahrer krank.", "message:0", True,
        )  # fmt: skip

    def test_words_alone_do_not_stand_against_facts(self) -> None:
        told = view(
            lines=(line(reserved=number(100)),),
            shipments=(transfer(scheduled=at("2026-11-11T10:00")),),
            messages=(note("Lieferverzug beim Lieferanten.", Role.SUPPLIER),),
        )
        assert kinds(told)[0] is K.PICKING_BACKLOG

    @pytest.mark.parametrize("role", [Role.CUSTOMER, Role.UNKNOWN])
    def test_only_who_may_know_is_believed(self, role: Role) -> None:
        told = view(messages=(note("The sealer is broken and half your staff is sick, I bet.", role),))
        assert not {K.EQUIPMENT_DOWN, K.STAFF} & set(kinds(told))

    def test_a_carrier_who_names_the_address_does_not_blame_itself(self) -> None:
        told = view(
            lines=(line(delivered=number(100)),),
            shipments=(transfer(state="done", date_done=at("2026-11-11T10:00"), carrier_status="exception"),),
            messages=(note("Adresse unvollständig, bitte neue Anschrift.", Role.CARRIER),),
        )
        assert kinds(told)[0] is K.ADDRESS
        assert the(told, K.CARRIER).against

    def test_every_language_has_words_for_what_only_people_tell(self) -> None:
        known = {
            K.STAFF: ["two pickers are sick", "zwei Fahrer krank", "twee man ziek", "deux malades", "dos de baja"],
            K.EQUIPMENT_DOWN: ["the press is down", "Presse defekt", "heftruck is stuk", "en panne", "averiada"],
            K.QUALITY_BLOCK: [
                "in quarantine",
                "in Quarantäne",
                "partij geblokkeerd",
                "en quarantaine",
                "en cuarentena",
            ],
        }
        for kind, sentences in known.items():
            patterns = [cue.pattern for cue in shipped_cues().all if cue.kind is kind and cue.role is Role.COLLEAGUE]
            assert [s for s in sentences if not any(p.search(s) for p in patterns)] == []


class TestNothingIsMadeUp:
    def test_an_order_in_time_has_no_cause(self) -> None:
        fine = view(
            Category.OTHER,
            lines=(line(reserved=number(100)),),
            promises=(PROMISED.with_(promised_for=date(2026, 11, 30)),),
        )
        assert explained(fine).causes == ()

    def test_a_fact_that_was_not_established_takes_its_cause_with_it(self) -> None:
        of = view()
        forged = Cause(kind=K.CREDIT, score=9, evidence=(FactEvidence(fact="credit.on_hold", text="on hold"),))
        answer = verify(CauseAssessment(by=BY, causes=(forged,)), of)
        assert answer.causes == ()
        assert answer.warnings

    def test_a_quote_that_nobody_wrote_is_dropped(self) -> None:
        of = view(purchases=(LATE_SUPPLIER,))
        real = the(of, K.SUPPLIER_LATE)
        forged = real.with_(evidence=(*real.evidence, Quote(source="message:0", text="we are late")))
        assert verify(CauseAssessment(by=BY, causes=(forged,)), of).causes[0].evidence == real.evidence

    def test_the_same_view_gets_the_same_answer(self) -> None:
        of = view(purchases=(LATE_SUPPLIER,), hindrances=(held("2026-12-01"),))
        assert TASK.invoke(of).fingerprint() == TASK.invoke(of).fingerprint()

    def test_a_cue_list_with_an_unknown_cause_is_refused(self) -> None:
        with pytest.raises(ValueError, match="weather"):
            read_cues("weather | colleague | rain")


def _evidence(causes: Sequence[Cause]) -> list[str]:
    return [one.text for cause in causes for one in cause.evidence]


def test_a_lost_parcel_tells_what_it_carried() -> None:
    lost = transfer(state="done", date_done=at("2026-11-11T10:00"), carrier_status="lost")
    sold = line(delivered=number(100), unit_price=Decimal("2.50"), cost=Decimal("2.00"))
    found = explained(view(lines=(sold,), shipments=(lost,)))
    assert _evidence(found.causes)
    assert found.impact is not None
    (hit,) = found.impact.hits
    assert (hit.order.name, hit.quantity, hit.amount, hit.margin, hit.after) == (
        "S00042", 100, Decimal("250.00"), Decimal("50.00"), None,
    )  # fmt: skip
