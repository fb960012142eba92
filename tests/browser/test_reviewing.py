"""A helpdesk agent works the queue from the keyboard; two people meet on a card; what is done can be taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PEOPLE, Person, Site
from triage.audit.verify import verify
from triage.cli.wiring import open_store
from triage.domain import Card, CardState
from triage.settings import Settings

Somebody = Callable[..., Person]


def card_of(site: Site, number: int) -> Card:
    with open_store(Settings.of(site.home)) as store:
        return store.cards.get(number)


def selected(page: Page) -> str:
    return page.get_attribute('tr[aria-current="true"]', "data-card") or ""


def test_nobody_sees_anything_without_signing_in(somebody: Somebody, site: Site) -> None:
    person = somebody(None)
    page = person.go("/cards/1")
    assert "/sign-in?next=%2Fcards%2F1" in page.url
    person.sign_in("Mila Novak", "a wrong password")
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    person.go("/cards/1")
    person.sign_in("Mila Novak")
    assert page.url == f"{site.address}/cards/1"
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    person.go("/cards/1")
    assert "/sign-in" in page.url


def test_the_queue_is_worked_from_the_keyboard(somebody: Somebody, site: Site) -> None:
    mila = somebody()
    page = mila.go("/queue")
    first = selected(page)
    mila.press("j")
    second = selected(page)
    assert first != second
    mila.press("k")
    assert selected(page) == first
    mila.press("c")
    page.wait_for_url(f"**/cards/{first}")
    expect(page.locator("section.suggestion")).to_contain_text("Mila Novak has worked on it")
    mila.press("q")
    page.wait_for_url("**/queue**")
    mila.press("a")
    expect(page.locator(".notice")).to_contain_text(f"Card {first} is accepted")
    assert card_of(site, int(first)).state is CardState.ACCEPTED
    mila.press("u")
    page.wait_for_url(f"**/cards/{first}")
    assert card_of(site, int(first)).state is CardState.OPEN
    mila.press("?")
    page.wait_for_url("**/help")
    mila.press("/")
    page.keyboard.type(card_of(site, int(second)).proposal.record.name)
    mila.press("Enter")
    page.wait_for_url("**/cards/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Card {second}")


def test_a_card_shows_the_mail_with_the_quote_marked_and_the_paper_with_its_boxes(somebody: Somebody) -> None:
    page = somebody().go("/cards/17")
    expect(page.locator(".mail mark").first).to_be_visible()
    quote = page.locator("ul.evidence a.quote").first
    target = quote.get_attribute("href") or ""
    assert page.locator(target).inner_text() in quote.inner_text()
    picture = page.locator(".sheet img").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 500
    assert page.locator(".sheet rect").count() > 5
    assert page.locator("section.beside table").first.inner_text().count("ordered") > 0


def test_a_rejection_needs_a_reason_and_a_correction_a_change(somebody: Somebody, site: Site) -> None:
    mila = somebody()
    page = mila.go("/cards/5")
    mila.press("r")
    page.get_by_role("button", name="Reject the suggestion").click()
    assert card_of(site, 5).state is CardState.OPEN  # the browser asks for the reason
    page.locator("#reject").get_by_label("already solved").check()
    page.get_by_role("button", name="Reject the suggestion").click()
    page.wait_for_url("**/queue**")
    assert card_of(site, 5).state is CardState.REJECTED
    page = mila.go("/cards/6")
    mila.press("e")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.get_by_role("alert")).to_contain_text("change at least")
    mila.press("e")
    page.locator("#edit select[name=severity]").select_option("urgent")
    page.get_by_role("button", name="Save the correction").click()
    page.wait_for_url("**/queue**")
    assert card_of(site, 6).state is CardState.EDITED


def test_two_people_on_one_card(somebody: Somebody, site: Site) -> None:
    mila, joris = somebody("Mila Novak"), somebody("Joris Bakker")
    for person in (mila, joris):
        person.go("/cards/8")
    mila.press("a")
    mila.page.wait_for_url("**/queue**")
    joris.press("a")
    expect(joris.page.get_by_role("alert")).to_contain_text("Kaart 8 is veranderd")
    assert [each.by for each in card_of(site, 8).decisions] == ["Mila Novak"]
    joris.go("/cards/9")
    joris.press("c")
    joris.page.wait_for_load_state()
    mila.go("/cards/9")
    mila.press("c")
    expect(mila.page.get_by_role("alert")).to_contain_text("Joris Bakker has had it")


def test_two_tabs_and_a_second_press_decide_once(somebody: Somebody, site: Site) -> None:
    mila = somebody()
    page, other = mila.go("/cards/11"), mila.tab()
    other.goto(f"{site.address}/cards/11")
    page.get_by_role("button", name=re.compile("^Accept")).dblclick()
    page.wait_for_url("**/queue**")
    other.get_by_role("button", name=re.compile("^Accept")).click()
    expect(other.get_by_role("alert")).to_be_visible()
    assert len(card_of(site, 11).decisions) == 1


def test_what_is_put_aside_leaves_the_queue(somebody: Somebody, site: Site) -> None:
    mila = somebody()
    page = mila.go("/cards/12")
    mila.press("s")
    expect(page.locator(".notice")).to_contain_text("Card 12 is put aside")
    assert page.locator('tr[data-card="12"]').count() == 0
    mila.go("/queue?snoozed=yes")
    expect(page.locator('tr[data-card="12"]')).to_be_visible()
    mila.go("/cards/12")
    page.get_by_role("button", name="Bring back").click()
    mila.go("/queue")
    expect(page.locator('tr[data-card="12"]')).to_be_visible()


def test_filters_stand_in_the_address(somebody: Somebody) -> None:
    mila = somebody()
    page = mila.go("/queue")
    page.locator("details.filters summary").click()
    page.locator("select[name=category]").select_option("delay")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**category=delay**")
    assert set(page.locator("tbody tr td:nth-child(3)").all_inner_texts()) <= {
        text for text in page.locator("tbody tr td:nth-child(3)").all_inner_texts() if text.startswith("delay")
    }
    assert page.locator("tbody tr").count() > 0
    mila.go("/queue?category=nonsense&severity=urgent&age=zzz&after=..")
    assert page.locator("tbody tr").count() > 0
    mila.go("/queue?team=nobody")
    expect(page.locator("article.empty")).to_contain_text("No card fits")


def test_an_auditor_reads_everything_changes_nothing_and_it_is_recorded(somebody: Somebody, site: Site) -> None:
    ada = somebody("Ada Prüfer")
    page = ada.go("/cards/14")
    assert page.get_by_role("button", name=re.compile("Annehmen")).count() == 0
    page.get_by_role("link", name=re.compile("Die ganze Geschichte")).click()
    page.wait_for_url("**/story")
    assert page.locator("tbody tr").count() > 4
    with open_store(Settings.of(site.home)) as store:
        rows = store.database.query("SELECT count(*) FROM journal WHERE kind = 'reading'")
    assert rows[0][0] >= 2


def test_a_reviewer_sees_no_confidential_fact_and_no_story(somebody: Somebody) -> None:
    lead, joris = somebody("Mila Novak"), somebody("Joris Bakker")
    shown = lead.go("/cards/2").locator("main").inner_text()
    hidden = joris.go("/cards/2").locator("main").inner_text()
    assert "confidential" in shown
    assert "vertrouwelijk" not in hidden
    assert joris.page.goto(f"{joris.site.address}/cards/2/story").status == 403  # type: ignore[union-attr]


def test_nothing_was_lost_and_the_chain_is_whole(site: Site) -> None:
    with open_store(Settings.of(site.home)) as store:
        assert verify(store.database, store.keys).first_bad is None


@pytest.mark.parametrize("name", PEOPLE)
def test_every_language_has_its_own_words(somebody: Somebody, name: str) -> None:
    page = somebody(name).go("/queue")
    language = PEOPLE[name][1]
    assert page.get_attribute("html", "lang") == language
    title = {"en": "Queue", "nl": "Wachtrij", "de": "Warteschlange", "fr": "File d’attente", "es": "Cola"}[language]
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
