"""Makes the pictures of `docs/review.md`: a process over the sample day, a real browser, small PNG files.

python -m tests.browser.screenshots [FOLDER]    # FOLDER: every page in light, dark and at 360 px, to look at
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import yaml
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, PASSWORD, chromium_path, filled, serving
from tests.browser.doors import doors
from tests.integration.jobs_setting import hook
from tests.unit.opened_store import COMPANY, event, proposal
from triage.audit.activation import Activations
from triage.cards.blind import is_chosen
from triage.cli.wiring import Store, now, open_store
from triage.domain import (
    Case,
    Category,
    Company,
    Message,
    Origin,
    Quote,
    RecordRef,
    Role,
    Severity,
    Suggestion,
)
from triage.jobs.inbox import Inbox
from triage.settings import Settings
from triage.storage.budgets import Spending

TARGET = Path(__file__).parents[2] / "docs" / "screenshots"
_COLOURS = 128
_WIDTH, _HEIGHT = 1280, 860
_POLICY = {
    "version": "rotterdam-3",
    "blind_share": 0,
    "modes": {"stock": "advise", "delay": "advise"},
    "second_person": ["credit"],
    "budgets": {"tokens_per_day": 200_000, "money_per_day": 5},
}


@dataclass(frozen=True)
class Numbers:
    """Cards to be shown."""

    shared: int
    unseen: int


def main() -> None:
    """Write the pictures of the documentation; or, into a folder, every page as it looks everywhere."""
    with _site() as (home, address, numbers), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        page.goto(f"{address}/sign-in")
        if len(sys.argv) == 1:
            save(page, "sign-in", height=420)
        page.fill("input[name=name]", "Mila Novak")
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/queue")
        if len(sys.argv) > 1:
            _look_everywhere(page, home, address, numbers, Path(sys.argv[1]))
        else:
            _document(page, home, address, numbers)
        _way_in_from_odoo(browser, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
        browser.close()


def _document(page: Page, home: Path, address: str, numbers: Numbers) -> None:
    save(page, "queue")
    page.goto(f"{address}/cards/1")
    save(page, "card")
    page.goto(f"{address}/cards/17")
    page.locator(".sheet img").first.scroll_into_view_if_needed()
    expect(page.locator(".sheet img").first).to_have_js_property("complete", True)
    page.evaluate("document.querySelector('.paper').scrollIntoView()")
    save(page, "document")
    page.goto(f"{address}/cards/{numbers.shared}")
    save(page, "members", height=690)
    for name, path, height in (
        ("figures", "/figures", _HEIGHT),
        ("desk", "/figures/desk", 640),
        ("story", "/cards/1/story", _HEIGHT),
        ("record", f"/cards/{numbers.shared}/record", 420),
        ("search", "/search?q=S00388", 300),
        ("dead-letters", "/dead-letters", 380),
        ("policy", "/policy", _HEIGHT),
        ("help", "/help", 700),
    ):
        page.goto(address + path)
        save(page, name, height=height)
    with _asked(home):
        page.goto(f"{address}/cards/{numbers.unseen}")
        save(page, "blind", height=700)
    page.set_viewport_size({"width": 360, "height": 760})
    page.emulate_media(color_scheme="dark")
    page.goto(f"{address}/cards/1")
    save(page, "narrow-dark", width=360, height=760)


def _look_everywhere(page: Page, home: Path, address: str, numbers: Numbers, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        "queue": "/queue", "card": "/cards/2", "document": "/cards/17", "members": f"/cards/{numbers.shared}",
        "figures": "/figures", "desk": "/figures/desk", "story": "/cards/1/story",
        "record": f"/cards/{numbers.shared}/record",
        "search": "/search?q=S00388", "dead-letters": "/dead-letters", "policy": "/policy", "help": "/help",
        "blind": f"/cards/{numbers.unseen}", "error": "/nowhere",
    }  # fmt: skip
    with _asked(home):
        for name, path in paths.items():
            for look, size, scheme in (
                ("light", (_WIDTH, _HEIGHT), "light"),
                ("dark", (_WIDTH, _HEIGHT), "dark"),
                ("narrow", (360, 740), "light"),
            ):
                page.set_viewport_size({"width": size[0], "height": size[1]})
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                page.goto(address + path)
                if name in ("members", "policy"):
                    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
                page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)


def _way_in_from_odoo(browser: Browser, folder: Path | None) -> None:
    """The page that asks who sits there; on a site that has such a door."""
    with tempfile.TemporaryDirectory(prefix="triage-pictures-") as made, doors(Path(made)) as house:
        page = browser.new_page(viewport={"width": _WIDTH, "height": _HEIGHT})
        page.goto(house.site.address + house.way_in(house.mila))
        if folder is None:
            save(page, "sign-in-odoo", height=240)
        else:
            page.screenshot(path=folder / "sign-in-odoo-light.png")


@contextmanager
def _site() -> Iterator[tuple[Path, str, Numbers]]:
    """The sample day with what other pages need: a shared card, dead letters, an activation, something spent."""
    with tempfile.TemporaryDirectory(prefix="triage-pictures-") as folder:
        home = Path(folder) / "home"
        filled(home)
        (home / "policy.yaml").write_text(yaml.safe_dump(_POLICY), encoding="utf-8")
        with open_store(Settings.of(home)) as store:
            numbers = _more(store, Settings.of(home))
        with serving(home) as site:
            yield home, site.address, numbers


def _more(store: Store, settings: Settings) -> Numbers:
    shared = 0
    cause = Origin(key="purchase.order:31", text="P00031 of Ferro Nord, due 2026-11-20")
    for number, name in enumerate(("S00501", "S00502", "S00503")):
        order = RecordRef(model="sale.order", id=9000 + number, name=name)
        said = Message(
            id=f"m{number}",
            author="Jane Doe",
            email="jane@buyer.example",
            role=Role.CUSTOMER,
            sent_at=now(),
            subject=f"{name}: where are the anchors?",
            body="We wait for the anchors.\nWhen do they come?",
        )
        case = Case(record=order, company=Company(name=COMPANY), captured_at=now(), messages=(said,))
        made = proposal(
            Category.STOCK,
            record=order,
            case=case.fingerprint(),
            summary="Three orders wait for the anchors of P00031, which Ferro Nord has moved by ten days.",
            suggestion=Suggestion(
                category=Category.STOCK,
                subtype="backorder",
                severity=list(Severity)[number + 1],
                evidence=(Quote(source="message:0", text="We wait for the anchors.", verified=True),),
            ),
            origins=(cause,),
            language="en",
        )
        happened = event(f"anchors {number}", order)
        store.journal.of(happened).once("capture", order, lambda _, case=case: case)
        shared = store.cards.put(made, happened.key).number
    ends = (now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    spending = Spending(store.database)
    spending.add(COMPANY, now().date(), "house", "qwen3", 118_000, 21_300, Decimal("1.93"), ends)
    models = {"embedded": {"classify/layer": "ba47a863f9f564b4" * 4, "classify/proofs": "743c2c9af0298264" * 4}}
    Activations(store.journal, now).activate(
        settings.policies(), "", by="Mila Novak", second="Joris Bakker", why="stock and delay advise", models=models
    )
    inbox = Inbox(store.journal, now)
    for number, error in enumerate(("OdooRejected at triage/odoo/verbs.py:88", "KeyError at triage/odoo/live.py:71")):
        ref = RecordRef(model="sale.order", id=7000 + number, name=f"S{7000 + number:05}")
        dead = inbox.accept(hook(ref, f"dead {number}", company=COMPANY)).id
        with store.database.transaction():
            store.database.execute("UPDATE inbox SET state = 'dead', error = ? WHERE id = ?", (error, dead))
    return Numbers(shared, next(card.number for card in store.cards.all() if is_chosen(card, 0.5, store.keys)))


@contextmanager
def _asked(home: Path) -> Iterator[None]:
    """While people are asked for their own view of every other card."""
    (home / "policy.yaml").write_text(yaml.safe_dump({**_POLICY, "blind_share": 0.5}), encoding="utf-8")
    yield
    (home / "policy.yaml").write_text(yaml.safe_dump(_POLICY), encoding="utf-8")


def save(page: Page, name: str, width: int = _WIDTH, height: int = _HEIGHT) -> None:
    """The visible part of a page, with few colours so that the file is small."""
    TARGET.mkdir(exist_ok=True)
    shot = page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": height})
    full = Image.open(io.BytesIO(shot)).convert("RGB")
    picture = full.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    picture.save(TARGET / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
