"""The blind sample: asked before the suggestion is shown, recorded, counted apart, and a label that nobody led."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.importing import labelled_cards
from tests.unit.opened_store import COMPANY, Opened, abstained, event, proposal, ref
from tests.unit.review_site import Someone, put
from tests.unit.service_client import Service, service
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
            from tests.unit.review_site import put_one

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
