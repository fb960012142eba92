"""The review pages in a real browser: a web process over a store with the sample day, and people who sign in to it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from tests.acceptance.command import environment, triage
from tests.browser import desk_numbers
from triage.cli.wiring import now
from triage.domain import Duty
from triage.storage.database import Database
from triage.storage.people import People

PASSWORD = "correct horse battery"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PEOPLE = {
    "Mila Novak": ([Duty.REVIEWER, Duty.LEAD], "en"),
    "Joris Bakker": ([Duty.REVIEWER], "nl"),
    "Ada Prüfer": ([Duty.AUDITOR], "de"),
    "Inès Martin": ([Duty.REVIEWER], "fr"),
    "Lucía Gómez": ([Duty.REVIEWER], "es"),
}


@dataclass(frozen=True)
class Site:
    """A running web process."""

    address: str
    home: Path


def filled(home: Path) -> None:
    """Make a store with the sample day and the people who work on it. Nobody is asked for their own view first."""
    done = triage(home, "demo", "--home", home)
    assert done.returncode == 0, done.stderr
    (home / "policy.yaml").write_text("blind_share: 0\n", encoding="utf-8")
    with Database.open(home / "audit.db") as database:
        people = People(database, now)
        for name, (duties, language) in PEOPLE.items():
            people.add(name, duties, password=PASSWORD, language=language)
        desk_numbers.keep(database)
        database.query("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.fixture(scope="package")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the sample day, made once."""
    home = tmp_path_factory.mktemp("sample")
    filled(home)
    return home


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def serving(home: Path, port: int = 0, **more: str) -> Iterator[Site]:
    """The web process over a store, at this port or any, with `more` in its environment."""
    port = port or free_port()
    log = home.parent / f"web-{port}.log"
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", "service.app:create_app", "--port", str(port)],
            env=environment(home, **more),
            stdout=said,
            stderr=said,
        )
    try:
        _wait_for(process, f"http://127.0.0.1:{port}/livez", log)
        yield Site(f"http://127.0.0.1:{port}", home)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Wait until the process answers. Fails with what it said where it ends, or does not answer for two minutes."""
    for _ in range(1200):
        with suppress(httpx2.HTTPError):
            if httpx2.get(address).status_code == 200:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"the web process does not answer:\n{log.read_text()}", pytrace=False)


@pytest.fixture(scope="package")
def site(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One process for tests that take different cards, so that they do not get into each other's way."""
    home = tmp_path_factory.mktemp("site") / "home"
    shutil.copytree(sample_home, home)
    with serving(home) as found:
        yield found


def chromium_path() -> str:
    """Where Chromium is. Fails the test where it is not."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("no Chromium is installed. On Debian: apt-get install chromium", pytrace=False)
    return path


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A real Chromium. Without one these tests fail: `.ci/run` installs it."""
    playwright: Playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()


class Person:
    """Somebody at the browser. Everything that the browser complains of is an error of the test."""

    def __init__(self, context: BrowserContext, site: Site) -> None:
        self.context = context
        self.site = site
        self.complaints: list[str] = []
        self.elsewhere = site.address
        """Another site that may be asked."""
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)
        return page

    def go(self, path: str) -> Page:
        self.page.goto(self.site.address + path)
        return self.page

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", password)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "status of 4" not in message.text:
            self.complaints.append(message.text)

    def _asked(self, request: object) -> None:
        url = request.url  # type: ignore[attr-defined]
        if not url.startswith((self.site.address, self.elsewhere, "data:")):
            self.complaints.append(f"asked for {url}")


@pytest.fixture
def somebody(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Person]]:
    """Opens a browser for a person, signed in: on the sample day's site, or on another."""
    opened: list[Person] = []

    def open_for(name: str | None = "Mila Novak", on: Site | None = None, **options: object) -> Person:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        person = Person(context, on or request.getfixturevalue("site"))
        opened.append(person)
        if name is not None:
            person.go("/sign-in")
            person.sign_in(name)
        return person

    yield open_for
    for person in opened:
        assert person.complaints == []
        person.context.close()
