"""The blind sample: asked before the suggestion is shown, recorded, counted apart, and a label that nobody led."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from evals.importing import labelled_cards
from service.review import queue_pages, unseen
from tests.unit.opened_store import COMPANY, Opened, abstained, event, proposal, ref
from tests.unit.review_site import Someone, put, put_one
from tests.unit.service_client import Service, is_problem, service
from triage.audit.verify import verify
from triage.cards.blind import choose, is_chosen
from triage.domain import BlindChoice, Case, Category, Company, Duty, Origin, Suggestion
from triage.errors import DecisionRefused
from triage.storage import records

SAID = "Forty bolts are lacking."


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Service]:
    plain = proposal(Category.STOCK, record=ref(1), summary=SAID)
    put(tmp_path, [plain, plain.with_(record=ref(2), suggestion=abstained())], blind_share=0.5)
    (tmp_path / "policy.yaml").write_text("blind_share: 0.5\n")
    with service(tmp_path) as found:
        keys = found.app.state.parts.installation.opened().store.keys
        number = 3
        while not is_chosen(found.app.state.parts.installation.opened().store.cards.get(number - 2), 0.5, keys):
            store = found.app.state.parts.installation.opened().store
            put_one(store, plain.with_(record=ref(number)), number)
            number += 1
        yield found


def asked_of(made: Service) -> int:
    """Number of a card that is in the sample."""
    store = made.app.state.parts.installation.opened().store
    return next(card.number for card in store.cards.all() if is_chosen(card, 0.5, store.keys))


def test_the_suggestion_comes_after_ones_own_view(made: Service) -> None:
    joris, number = Someone(made, "Joris"), asked_of(made)
    before = joris.text(f"/cards/{number}")
    assert "Your own view first" in before
    assert SAID not in before
    assert f'action="/cards/{number}/accept"' not in before
    refused = joris.post(f"/cards/{number}/accept", revision=1)
    assert refused.status_code == 409
    assert "give your own view first" in refused.text
    assert joris.post(f"/cards/{number}/own-view", category="").status_code == 409
    assert joris.post(f"/cards/{number}/own-view", category="nonsense").status_code == 409
    given = joris.post(f"/cards/{number}/own-view", category="delay", back="?mine=yes")
    assert given.headers["location"] == f"/cards/{number}?back=%3Fmine%3Dyes"
    after = joris.text(f"/cards/{number}")
    assert SAID in after
    assert joris.post(f"/cards/{number}/own-view", category="stock").status_code == 409
    assert joris.post(f"/cards/{number}/accept", revision=1).status_code == 303


def test_what_was_chosen_is_recorded_under_a_hash_and_the_chain_is_whole(made: Service) -> None:
    joris, number = Someone(made, "Joris"), asked_of(made)
    joris.post(f"/cards/{number}/own-view", category="delay")
    store = joris.store
    (record,) = [each for each in records.every(store.database) if each.kind == "blind"]
    choice = store.journal.opened(record)
    assert isinstance(choice, BlindChoice)
    assert (choice.category, choice.suggested, choice.by) == (Category.DELAY, Category.STOCK, "Joris")
    assert b"Joris" not in record.body
    assert store.keys.subject_hash("Joris").encode() in record.body
    assert verify(store.database, store.keys).first_bad is None
    row = store.database.query("SELECT blind, blind_by FROM outcomes WHERE blind_at IS NOT NULL")[0]
    assert tuple(row) == ("delay", store.keys.subject_hash("Joris"))


def test_lists_tell_nothing_of_a_card_that_is_asked_about(made: Service) -> None:
    joris, number = Someone(made, "Joris"), asked_of(made)
    row = joris.text("/queue/rows").split(f'data-card="{number}"')[1].split("</tr>")[0]
    assert "Your own view first" in row
    assert SAID not in row
    assert 'data-act="a"' not in row
    assert 'data-act="c"' in row
    assert SAID not in joris.text(f"/cards/{number}/record")


FILTERS = ("category=stock", "category=delay", "severity=medium", "team=order+desk", "team=nobody", "confidence=high")


@pytest.mark.parametrize("page", ["/queue", "/queue/rows"])
@pytest.mark.parametrize("asked", FILTERS)
def test_no_filter_by_what_is_suggested_tells_of_a_card_that_is_asked_about(
    made: Service, asked: str, page: str
) -> None:
    """Neither that it fits nor that it does not: not in the rows and not in the count."""
    joris, number = Someone(made, "Joris"), asked_of(made)
    text = joris.text(f"{page}?{asked}")
    assert numbers_in(text) == [each for each in fitting(joris, asked) if each not in all_asked(made)]
    assert f'data-card="{number}"' not in text
    assert f"{len(numbers_in(text))} cards wait." in text or (not numbers_in(text) and "No card fits" in text)
    assert "in no list by what is suggested" in text


@pytest.mark.parametrize("asked", ["", f"company={quote_plus(COMPANY)}", "mine=free", "state=open"])
def test_other_lists_hold_it_and_do_not_say_what_it_is(made: Service, asked: str) -> None:
    text = Someone(made, "Joris").text(f"/queue?{asked}")
    assert asked_of(made) in numbers_in(text)
    assert "in no list by what is suggested" not in text


def test_cards_that_are_asked_about_have_a_list_of_their_own(made: Service) -> None:
    joris = Someone(made, "Joris")
    assert 'href="/queue?mine=free&own=yes"' in joris.text("/queue?category=delay&mine=free")
    assert numbers_in(joris.text("/queue?own=yes&mine=free")) == all_asked(made)
    assert numbers_in(joris.text("/queue?own=yes&mine=yes")) == []
    assert numbers_in(joris.text("/queue?own=yes&category=delay&severity=low&team=nobody")) == all_asked(made)
    assert numbers_in(Someone(made, "Ada", Duty.AUDITOR).text("/queue?own=yes")) == []


def test_a_view_that_was_given_brings_the_card_into_every_list(made: Service) -> None:
    joris, number = Someone(made, "Joris"), asked_of(made)
    assert number not in numbers_in(joris.text("/queue?category=stock"))
    joris.post(f"/cards/{number}/own-view", category="unsure")
    assert number in numbers_in(joris.text("/queue?category=stock"))
    assert number not in numbers_in(joris.text("/queue?own=yes"))


def test_a_filtered_queue_goes_on_where_its_page_ended(made: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards that are left out shorten no page and none is shown twice."""
    joris = Someone(made, "Joris")
    for number in range(30, 45):
        put_one(joris.store, proposal(Category.STOCK, record=ref(number)), number)
    monkeypatch.setattr(queue_pages, "PAGE", 3)
    monkeypatch.setattr(unseen, "_AT_ONCE", 4)
    shown = everything(joris, "/queue?category=stock")
    assert shown == [each for each in fitting(joris, "category=stock") if each not in all_asked(made)]
    assert everything(joris, "/queue?own=yes") == all_asked(made)


def test_a_lead_reads_no_story_before_their_own_view(made: Service) -> None:
    mila, number = Someone(made, "Mila", Duty.LEAD), asked_of(made)
    told = mila.get(f"/cards/{number}/story")
    assert told.status_code == 409
    assert "Your own view first" in told.text
    assert SAID not in told.text
    mila.post(f"/cards/{number}/own-view", category="stock")
    assert mila.get(f"/cards/{number}/story").status_code == 200
    assert Someone(made, "Ada", Duty.AUDITOR).get(f"/cards/{asked_of_next(made, number)}/story").status_code == 200


def test_no_program_decides_before_a_person_gave_their_own_view(made: Service) -> None:
    number = asked_of(made)
    key = made.key("cards:decide", person="Joris")
    word = {"verdict": "accept", "revision": 1}
    refused = made.client.post(f"/v1/cards/{number}/decisions", json=word, headers=key)
    assert is_problem(refused, 409)
    assert "own view first" in refused.json()["detail"]
    joris = Someone(made, "Joris")
    assert joris.store.cards.get(number).decisions == ()
    joris.post(f"/cards/{number}/own-view", category="stock")
    assert made.client.post(f"/v1/cards/{number}/decisions", json=word, headers=key).status_code == 200


def numbers_in(text: str) -> list[int]:
    """The cards of a queue's page, in order."""
    return [int(each) for each in re.findall(r'data-card="(\d+)"', text)]


def everything(who: Someone, address: str) -> list[int]:
    """The cards of all pages of a queue."""
    found: list[int] = []
    while address:
        text = who.text(address)
        found += numbers_in(text)
        following = re.search(r'<a href="([^"]+)" rel="next">', text)
        address = following[1] if following else ""
    return found


def fitting(who: Someone, asked: str) -> list[int]:
    """The cards that fit a filter, whoever asks."""
    return everything(Someone(who.service, "Fits", Duty.AUDITOR), f"/queue?{asked}")


def all_asked(made: Service) -> list[int]:
    store = made.app.state.parts.installation.opened().store
    return [card.number for card in store.cards.all() if is_chosen(card, 0.5, store.keys)]


def asked_of_next(made: Service, given: int) -> int:
    """A card that is still asked about, made where there is none."""
    store = made.app.state.parts.installation.opened().store
    number = 60
    while (left := [each for each in all_asked(made) if each != given]) == []:
        put_one(store, proposal(Category.STOCK, record=ref(number)), number)
        number += 1
    return left[0]


def test_an_auditor_is_not_asked(made: Service) -> None:
    assert SAID in Someone(made, "Ada", Duty.AUDITOR).text(f"/cards/{asked_of(made)}")


def test_cards_without_one_suggestion_are_in_no_sample(tmp_path: Path) -> None:
    with Opened(tmp_path) as opened:
        unsure = opened.cards.put(proposal(Category.STOCK, suggestion=abstained()), "e1")
        late = Origin(key="purchase.order:1", text="P00001")
        first = proposal(Category.STOCK, record=ref(5), origins=(late,))
        shared = opened.cards.put(first, "e2")
        shared = opened.cards.put(first.with_(record=ref(6)), "e3")
        assert len(shared.members) == 2
        assert not is_chosen(unsure, 1, opened.keys)
        assert not is_chosen(shared, 1, opened.keys)


def test_the_share_is_kept_and_a_card_is_always_judged_alike(tmp_path: Path) -> None:
    with Opened(tmp_path) as opened:
        cards = [opened.cards.put(proposal(Category.STOCK, record=ref(n)), f"e{n}") for n in range(400)]
        chosen = {card.number for card in cards if is_chosen(card, 0.1, opened.keys)}
        assert 15 <= len(chosen) <= 75
        assert {card.number for card in cards if is_chosen(card, 0.1, opened.keys)} == chosen
        assert not any(is_chosen(card, 0, opened.keys) for card in cards)


def test_the_first_view_counts(tmp_path: Path) -> None:
    with Opened(tmp_path) as opened:
        opened.journal.of(event())
        opened.cards.put(proposal(), event().key)
        choose("1", "Joris", Category.DELAY, opened.cards, opened.journal, opened.clock)
        with pytest.raises(DecisionRefused, match="before you"):
            choose("1", "Mila", Category.STOCK, opened.cards, opened.journal, opened.clock)


def test_a_view_given_unseen_is_the_label(tmp_path: Path) -> None:
    with Opened(tmp_path) as opened:
        taken = Case(record=ref(42), company=Company(name=COMPANY, currency="EUR"), captured_at=opened.clock())
        happened = event()
        opened.journal.of(happened).once("capture", happened.ref, lambda _: taken)
        made = proposal(case=taken.fingerprint(), suggestion=Suggestion(category=Category.STOCK))
        opened.cards.put(made, happened.key)
        assert labelled_cards(opened.database, opened.keys, "dev")[0] == []
        choose("1", "Joris", Category.DELAY, opened.cards, opened.journal, opened.clock)
        (case,) = labelled_cards(opened.database, opened.keys, "dev")[0]
        assert (case.tags, case.target.category, case.target.severity) == (("blind",), Category.DELAY, None)
        assert "Joris" not in case.model_dump_json()


def test_who_cannot_tell_gives_no_label(tmp_path: Path) -> None:
    with Opened(tmp_path) as opened:
        opened.journal.of(event())
        opened.cards.put(proposal(), event().key)
        choose("1", "Joris", None, opened.cards, opened.journal, opened.clock)
        assert labelled_cards(opened.database, opened.keys, "dev")[0] == []
