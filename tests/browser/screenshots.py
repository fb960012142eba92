"""Makes the pictures of `docs/review.md`: a process over the sample day, a real browser, small PNG files.

python -m tests.browser.screenshots
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, PASSWORD, chromium_path, filled, serving
from triage.cards.blind import is_chosen
from triage.cli.wiring import open_store
from triage.settings import Settings

TARGET = Path(__file__).parents[2] / "docs" / "screenshots"
_COLOURS = 128
_WIDTH, _HEIGHT = 1280, 860


def main() -> None:
    """Write all pictures."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="triage-pictures-") as folder:
        home = Path(folder) / "home"
        filled(home)
        with serving(home) as site, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
            page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
            page.goto(f"{site.address}/sign-in")
            save(page, "sign-in", height=420)
            page.fill("input[name=name]", "Mila Novak")
            page.fill("input[name=password]", PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url("**/queue")
            save(page, "queue")
            page.goto(f"{site.address}/cards/1")
            save(page, "card")
            page.goto(f"{site.address}/cards/17")
            page.locator(".sheet img").first.scroll_into_view_if_needed()
            expect(page.locator(".sheet img").first).to_have_js_property("complete", True)
            page.evaluate("document.querySelector('.paper').scrollIntoView()")
            save(page, "document")
            page.goto(f"{site.address}/figures")
            save(page, "figures")
            page.goto(f"{site.address}/cards/1/story")
            save(page, "story")
            page.goto(f"{site.address}/help")
            save(page, "help", height=700)
            with open_store(Settings.of(home)) as store:
                number = next(card.number for card in store.cards.all() if is_chosen(card, 0.5, store.keys))
            (home / "policy.yaml").write_text("blind_share: 0.5\n", encoding="utf-8")
            page.goto(f"{site.address}/cards/{number}")
            save(page, "blind", height=700)
            page.set_viewport_size({"width": 360, "height": 760})
            (home / "policy.yaml").write_text("blind_share: 0\n", encoding="utf-8")
            page.emulate_media(color_scheme="dark")
            page.goto(f"{site.address}/cards/1")
            save(page, "narrow-dark", width=360, height=760)
            browser.close()


def save(page: Page, name: str, width: int = _WIDTH, height: int = _HEIGHT) -> None:
    """The visible part of a page, with few colours so that the file is small."""
    shot = page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": height})
    full = Image.open(io.BytesIO(shot)).convert("RGB")
    picture = full.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture.save(TARGET / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
