"""A note links to its card where an address is set; no other address gets into a note."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.unit.odoo_cards import Remembering, card
from tests.unit.test_odoo_publish import CONNECTION, OneCustomer
from triage.domain import Advice, TicketsWhen
from triage.domain.address import base_address
from triage.errors import ConfigurationError
from triage.odoo.gate.inside import linked, our_page, rendered
from triage.odoo.publish import Publisher
from triage.odoo.verbs import Activity, Note, NoteText, Ticket
from triage.settings import Settings

BAD = [
    "http://triage.example/cards/7", "javascript:alert(1)//cards/7", "https://u:p@triage.example/cards/7",
    "http://localhost.evil.example/cards/7", 'https://x.example/"><script>/cards/7', "ftp://x.example/cards/7",
    "//x/cards/7",
]  # fmt: skip


def test_a_note_links_to_its_card() -> None:
    hand, found = Remembering(), card()
    Publisher(OneCustomer(), hand, CONNECTION, Advice(), address="https://triage.example").publish(found)  # type: ignore[arg-type]
    note = hand.asked[0]
    assert isinstance(note, Note)
    address = f"https://triage.example/cards/{found.number}"
    assert note.text.link == address
    html = rendered(note.text.model_dump(mode="json"))
    assert f'<p><a href="{address}">{address}</a></p>' in html
    assert html.endswith(f"({found.id}).</small></p>")


def test_draft_tickets_and_activities_link_to_it_too() -> None:
    hand, found = Remembering(), card()
    advice = Advice(tickets=TicketsWhen.ADVISED)
    Publisher(OneCustomer(), hand, CONNECTION, advice, address="https://triage.example").publish(found)  # type: ignore[arg-type]
    address = f"https://triage.example/cards/{found.number}"
    (ticket,) = [each for each in hand.asked if isinstance(each, Ticket)]
    assert ticket.text.link == address
    hand = Remembering()
    asking = Advice(tickets=TicketsWhen.NEVER, activity=True)
    Publisher(OneCustomer(), hand, CONNECTION, asking, address="https://triage.example").publish(found)  # type: ignore[arg-type]
    (activity,) = [each for each in hand.asked if isinstance(each, Activity)]
    assert activity.link == address
    assert linked(activity.link) == f'<p><a href="{address}">{address}</a></p>'
    with pytest.raises(ValidationError):
        activity.with_(link="javascript:alert(1)//cards/7")


def test_without_an_address_there_is_no_link() -> None:
    hand = Remembering()
    Publisher(OneCustomer(), hand, CONNECTION, Advice()).publish(card())  # type: ignore[arg-type]
    assert isinstance(hand.asked[0], Note)
    assert "<a " not in rendered(hand.asked[0].text.model_dump(mode="json"))


@pytest.mark.parametrize("link", BAD)
def test_no_other_link_is_made_or_rendered(link: str) -> None:
    with pytest.raises(ValidationError):
        NoteText(title="t", footer="f", link=link)
    assert not our_page(link) or '"' in link
    html = rendered({"title": "t", "footer": "f", "link": link})
    assert "<script>" not in html
    assert "javascript:" not in html


@pytest.mark.parametrize(
    "link", ["https://x.example/other/7", "https://x.example/cards/7?x=y", "https://x.example/cards/"]
)
def test_the_gate_itself_takes_links_to_cards_only(link: str) -> None:
    assert "<a " not in rendered({"title": "t", "footer": "f", "link": link})


def test_the_address_comes_from_the_service_s_configuration(tmp_path: Path) -> None:
    settings = Settings.of(tmp_path, {})
    assert settings.address() is None
    (tmp_path / "service.yaml").write_text("address: https://triage.example/desk/\nsources: []\n")
    assert settings.address() == "https://triage.example/desk"
    (tmp_path / "service.yaml").write_text("address: http://triage.example\n")
    with pytest.raises(ConfigurationError, match="address: must be an address with https://"):
        settings.address()


@pytest.mark.parametrize("address", ["http://localhost:8087", "http://127.0.0.1", "https://x.example/a/"])
def test_safe_addresses(address: str) -> None:
    assert base_address(address) == address.rstrip("/")
