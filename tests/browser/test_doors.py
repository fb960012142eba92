"""People come in from Odoo and by a provider, a second person confirms, and a lead hands a card over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person
from tests.browser.doors import Doors, doors
from tests.browser.test_for_everybody import violations
from triage.domain import CardState

Somebody = Callable[..., Person]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    home = tmp_path_factory.mktemp("doors") / "home"
    home.mkdir()
    with doors(home) as found:
        yield found


def signed_in(page: Page, name: str) -> bool:
    return name in page.locator('form[action="/sign-out"]').inner_text()


def test_a_way_in_from_odoo_says_whose_it_is_and_takes_a_press(somebody: Somebody, house: Doors) -> None:
    """Somebody else who opens it stays who they are; it is good once."""
    link = house.way_in(house.mila, f"/cards/{house.plain}")
    joris = somebody("Joris Bakker", on=house.site)
    page = joris.go(link)
    expect(page.get_by_role("button", name=re.compile("Mila Novak"))).to_be_visible()
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "dark") == []
    page.set_viewport_size({"width": 360, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert signed_in(joris.go("/queue"), "Joris Bakker")
    mila = somebody(None, on=house.site)
    page = mila.go(link)
    expect(page.locator("main")).to_contain_text("You come from Odoo as Mila Novak.")
    page.get_by_role("button", name="Go on as Mila Novak").click()
    page.wait_for_url(f"**/cards/{house.plain}")
    assert signed_in(page, "Mila Novak")
    page = joris.go(link)
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    assert signed_in(joris.go("/queue"), "Joris Bakker")
    mila.go(house.way_in(house.mila, "/help"))  # who is in already goes straight on
    mila.page.wait_for_url("**/help")


def test_a_provider_of_another_site_brings_people_back_to_the_page_they_asked_for(
    somebody: Somebody, house: Doors
) -> None:
    joris = somebody(None, on=house.site)
    joris.elsewhere = house.provider.issuer
    page = joris.go(f"/cards/{house.twice}")
    assert violations(page) == []
    house.provider.person = {"sub": "u-nobody", "name": "Joris Bakker"}
    page.get_by_role("button", name="Sign in with House account").click()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("alert")).to_contain_text("no account")
    house.provider.person = {"sub": "u-joris", "name": "J. Bakker"}
    joris.go(f"/cards/{house.twice}")
    page.get_by_role("button", name="Sign in with House account").click()
    page.get_by_role("link", name="Go on").click()
    page.wait_for_url(f"**/cards/{house.twice}")
    assert signed_in(page, "Joris Bakker")


def test_a_second_person_confirms_what_the_first_one_said(somebody: Somebody, house: Doors) -> None:
    mila, joris = somebody("Mila Novak", on=house.site), somebody("Joris Bakker", on=house.site)
    page = mila.go(f"/cards/{house.twice}")
    mila.press("a")
    expect(page.locator(".notice")).to_contain_text(f"Card {house.twice} waits for a second person.")
    mila.go(f"/cards/{house.twice}")
    expect(page.locator("section.suggestion .state")).to_have_text("waits for a second person")
    assert violations(page) == []
    mila.press("a")
    expect(page.get_by_role("alert")).to_contain_text("A different person must confirm")
    assert [each.by for each in house.card(house.twice).decisions] == ["Mila Novak"]
    page = joris.go(f"/cards/{house.twice}")
    expect(page.locator("section.suggestion")).to_contain_text("Mila Novak")
    joris.press("a")
    expect(page.locator(".notice")).to_contain_text(f"Kaart {house.twice}")
    decided = house.card(house.twice)
    assert (decided.state, [each.by for each in decided.decisions]) == (
        CardState.ACCEPTED,
        ["Mila Novak", "Joris Bakker"],
    )
    joris.press("u")
    page.wait_for_url(f"**/cards/{house.twice}")
    assert house.card(house.twice).state is CardState.AWAITING_SECOND


def test_a_lead_hands_a_card_over(somebody: Somebody, house: Doors) -> None:
    mila, joris = somebody("Mila Novak", on=house.site), somebody("Joris Bakker", on=house.site)
    page = mila.go(f"/cards/{house.plain}")
    page.get_by_label("to whom").select_option("Joris Bakker")
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("section.suggestion")).to_contain_text("Joris Bakker has worked on it")
    assert violations(page) == []
    mila.press("c")
    expect(page.get_by_role("alert")).to_contain_text("Joris Bakker has had it")
    page = joris.go("/queue?mine=yes")
    expect(page.locator(f'tr[data-card="{house.plain}"]')).to_be_visible()
    assert joris.go(f"/cards/{house.plain}").locator('form[action$="/hand-over"]').count() == 0
