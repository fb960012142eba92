"""Pages work without a mouse, on a narrow screen, at twice the size, in the dark, and for a screen reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Person

Somebody = Callable[..., Person]
PAGES = (
    "/queue", "/queue?team=nobody", "/cards/1", "/cards/17", "/cards/1/story", "/cards/1/record", "/figures",
    "/figures/desk", "/help", "/dead-letters", "/policy", "/search?q=nothing", "/nowhere/at/all", "/cards/99999",
)  # fmt: skip


def violations(page: object, scheme: str = "light") -> list[str]:
    """What axe finds. In the dark only colours are others."""
    options = {"runOnly": {"type": "rule", "values": ["color-contrast"]}} if scheme == "dark" else None
    found = Axe().run(page, options=options)  # type: ignore[arg-type]
    return [
        f"{each['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_violates_what_axe_knows(somebody: Somebody, scheme: str) -> None:
    mila, found = somebody(color_scheme=scheme), {}
    for path in PAGES:
        page = mila.go(path)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        found[path] = violations(page, scheme)
    assert {path: flaws for path, flaws in found.items() if flaws} == {}


def test_the_sign_in_page_too(somebody: Somebody) -> None:
    assert violations(somebody(None).go("/sign-in")) == []


@pytest.mark.parametrize("size", [(360, 640, 1), (640, 450, 2)], ids=["360px", "200%"])
def test_nothing_has_to_be_scrolled_sideways(somebody: Somebody, size: tuple[int, int, int]) -> None:
    """A width of 640 at a scale of two is what somebody sees of 1280 at 200 % zoom. Tables scroll by themselves."""
    wide, tall, scale = size
    mila = somebody(viewport={"width": wide, "height": tall}, device_scale_factor=scale)
    for path in PAGES:
        page = mila.go(path)
        page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= wide, path


def test_everything_can_be_reached_by_tab_and_shows_where_one_is(somebody: Somebody) -> None:
    page = somebody().go("/cards/3")
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        tag = page.evaluate("document.activeElement.tagName + ':' + (document.activeElement.innerText || '').trim()")
        reached.append(tag)
    for wanted in ("Skip to content", "Accept", "Claim", "Put aside", "Correct", "Reject"):
        assert any(wanted in each for each in reached), wanted


def test_pages_work_without_scripts(somebody: Somebody) -> None:
    mila = somebody(java_script_enabled=False)
    page = mila.go("/cards/13")
    page.locator('form[data-act="c"] button').click()
    page.wait_for_load_state()
    assert "Mila Novak has worked on it" in page.locator("section.suggestion").inner_text()
