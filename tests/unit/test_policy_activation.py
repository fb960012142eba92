"""A policy is checked with lines, shown, and put into force by named people; another one does not act."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from tests.unit.opened_store import NOW, Opened
from tests.unit.service_client import Service, seed, service
from triage.audit.activation import KIND, Activations
from triage.cli.app import app
from triage.cli.office import InstalledOffice
from triage.cli.policy_flaws import flaws
from triage.cli.wiring import open_store
from triage.domain import Policy
from triage.domain.policies import PolicyBook
from triage.errors import ConfigurationError, UsageError
from triage.settings import Settings

STRICT = "require_activation: true\n"
TWO = "require_activation: true\nactivation_needs_two: true\n"


def book(**entries: object) -> PolicyBook:
    return PolicyBook(Policy.model_validate(entries))


@pytest.fixture
def opened(home: Path) -> Opened:
    with Opened(home) as found:
        yield found  # type: ignore[misc]


@pytest.fixture
def activations(opened: Opened) -> Activations:
    return Activations(opened.journal, opened.clock)


def activate(activations: Activations, found: PolicyBook, by: str = "mila", second: str | None = None) -> None:
    activations.activate(found, "text", by=by, why="a try", second=second)


def test_by_itself_the_file_acts(activations: Activations) -> None:
    assert activations.check(book()) == book()
    assert activations.last() is None


def test_what_requires_activation_acts_once_it_is_activated(activations: Activations, opened: Opened) -> None:
    strict = book(require_activation=True)
    with pytest.raises(ConfigurationError, match="no policy was activated yet"):
        activations.check(strict)
    activate(activations, strict)
    assert activations.check(strict) == strict
    with pytest.raises(ConfigurationError, match="the policy in the file is"):
        activations.check(book(require_activation=True, min_confidence=0.1))
    last = activations.last()
    assert last is not None
    assert last.value is not None
    assert (last.value.by, last.value.why, last.value.policy) == ("mila", "a try", strict.fingerprint())
    row = opened.database.query("SELECT stream, body FROM journal WHERE kind = ?", (KIND,))[0]
    assert row["stream"] == "@store"
    assert strict.fingerprint() in bytes(row["body"]).decode()
    assert "mila" not in bytes(row["body"]).decode()


def test_leaving_the_entry_out_of_the_file_does_not_undo_it(activations: Activations) -> None:
    activate(activations, book(require_activation=True))
    with pytest.raises(ConfigurationError, match="only an activated policy may act"):
        activations.check(book())
    activate(activations, book())
    assert activations.check(book(min_confidence=0.1)) == book(min_confidence=0.1)


def test_a_companys_own_policy_counts(activations: Activations) -> None:
    base = Policy(require_activation=True)
    activate(activations, PolicyBook(base, {"Brandt": base.with_(min_confidence=0.9)}))
    with pytest.raises(ConfigurationError):
        activations.check(PolicyBook(base, {"Brandt": base.with_(min_confidence=0.1)}))


def test_two_people_where_the_policy_in_force_says_so(activations: Activations) -> None:
    activate(activations, book(activation_needs_two=True))
    with pytest.raises(UsageError, match="wants two people"):
        activate(activations, book())
    with pytest.raises(UsageError, match="same person"):
        activate(activations, book(), second=" Mila ")
    activate(activations, book(), second="joris")
    activate(activations, book(min_confidence=0.1))


@pytest.mark.parametrize(("by", "why"), [("", "why"), ("  ", "why"), ("mila", " ")])
def test_nobody_activates_without_name_and_reason(activations: Activations, by: str, why: str) -> None:
    with pytest.raises(UsageError, match="who activates it, and why"):
        activations.activate(book(), "", by=by, why=why)


def test_an_activation_whose_content_is_erased_lets_nothing_act(activations: Activations, opened: Opened) -> None:
    activate(activations, book(require_activation=True))
    opened.keys.delete(opened.keys.case_id("@store", "activations"))
    with pytest.raises(ConfigurationError, match="what was is erased"):
        activations.check(book())


# The command


def command(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["policy", *arguments])


def file(folder: Path, text: str, name: str = "new.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: a\nmin_confidence: 2\n", ["2: min_confidence: "]),
        ("a: [\n", ["2: is not YAML"]),
        ("- a\n", ["1: holds no entries"]),
        ("version: a\nthresholds:\n  days_late: 1\n  no_such: 3\n", ["4: thresholds.no_such: "]),
        ("deciders:\n  mila: [credit]\n  mila: [stock]\n", ["3: deciders.mila: stands there twice."]),
        ("\nno_such: 1\nmin_confidence: x\nlanguage: xx\n", ["2: no_such", "3: min_confidence", "4: language"]),
        ("version: a\ndeciders:\n  duty:boss: [credit]\n", ["2: deciders: duty:boss: no such duty decides"]),
        (
            "companies:\n  Brandt:\n    min_confidence: 7\n    limits: {max_pages: 1}\n",
            ["3: companies.Brandt.min_confidence", "4: companies.Brandt.limits"],
        ),
        ("companies: [a]\n", ["1: companies: must hold"]),
        ("min_confidence: 7\ncompanies:\n  Brandt: {version: b}\n", ["1: min_confidence"]),
    ],
)
def test_each_flaw_is_said_with_its_line(tmp_path: Path, text: str, said: list[str]) -> None:
    found = flaws(file(tmp_path, text))
    assert len(found) == len(said)
    assert all(one.startswith(start) for one, start in zip(found, said, strict=True)), found


def test_check_says_so_by_its_exit_status(tmp_path: Path) -> None:
    good = command(tmp_path, "check", str(file(tmp_path, "min_confidence: 0.6\ncompanies: {Brandt: {version: b}}\n")))
    assert (good.exit_code, "good, 1 companies" in good.output) == (0, True)
    bad = command(tmp_path, "check", str(file(tmp_path, "min_confidence: 6\n")))
    assert bad.exit_code == 1
    assert "new.yaml:1: min_confidence" in bad.output.replace("\n", "")
    assert command(tmp_path, "check", str(tmp_path / "none.yaml")).exit_code == 2


def test_activate_records_and_puts_the_file_in_place(tmp_path: Path) -> None:
    home = tmp_path / "home"
    new = file(tmp_path, "# ours\nrequire_activation: true\nmin_confidence: 0.7\n")
    done = command(home, "activate", str(new), "--by", "mila", "--why", "surer", "--home", str(home))
    assert done.exit_code == 0, done.output
    text = new.read_text()
    assert (home / "policy.yaml").read_text() == text
    shown = command(home, "show", "--home", str(home))
    assert "min_confidence: 0.7" in shown.output
    assert "by mila: surer" in shown.output
    told = json.loads(command(home, "show", "--json", "--home", str(home)).output)
    assert told["activation"]["policy"] == told["fingerprint"]
    wrong = command(
        home, "activate", str(file(tmp_path, "min_confidence: 7\n")), "--by", "m", "--why", "w", "--home", str(home)
    )
    assert wrong.exit_code == 2
    assert "Nothing was activated" in " ".join(wrong.output.split())
    assert (home / "policy.yaml").read_text() == text


def test_the_schema_knows_companies() -> None:
    schema = json.loads(command(Path(), "schema").output)
    assert "min_confidence" in schema["properties"]
    own = schema["properties"]["companies"]["additionalProperties"]["properties"]
    assert "min_confidence" in own
    assert "require_activation" not in own


# What does not act


def changed(home: Path) -> None:
    """A policy is activated, and then somebody changes the file."""
    done = command(home, "activate", str(file(home, STRICT)), "--by", "mila", "--why", "w", "--home", str(home))
    assert done.exit_code == 0, done.output
    file(home, STRICT + "min_confidence: 0.01\n", "policy.yaml")


def test_a_worker_does_not_begin_and_does_not_go_on(tmp_path: Path) -> None:
    settings = Settings.of(tmp_path, {})
    done = command(
        tmp_path, "activate", str(file(tmp_path, STRICT)), "--by", "m", "--why", "w", "--home", str(tmp_path)
    )
    assert done.exit_code == 0, done.output
    with open_store(settings) as store:
        office = InstalledOffice(settings, store, "embedded")
        assert office.policy().require_activation
        file(tmp_path, STRICT + "min_confidence: 0.01\n", "policy.yaml")
        with pytest.raises(ConfigurationError, match="only an activated policy may act"):
            office.policy()
    began = CliRunner().invoke(app, ["serve", "--home", str(tmp_path)])
    assert began.exit_code == 2
    assert "only an activated policy may act" in " ".join(began.output.split())


@pytest.mark.parametrize("arguments", [["decide", "1", "accept"], ["run", "mail.eml"]])
def test_no_command_acts(tmp_path: Path, arguments: list[str]) -> None:
    seed(tmp_path)
    changed(tmp_path)
    done = CliRunner().invoke(app, [*arguments, "--home", str(tmp_path)])
    assert done.exit_code == 2
    assert "only an activated policy may act" in " ".join(done.output.split())


@pytest.fixture
def web(tmp_path: Path) -> Service:
    seed(tmp_path)
    changed(tmp_path)
    with service(tmp_path) as made:
        yield made  # type: ignore[misc]


def test_the_service_decides_nothing_and_says_why(web: Service) -> None:
    key = web.key("cards:decide", person="mila", companies=None)
    answer = web.client.post("/v1/cards/1/decisions", json={"verdict": "accept", "revision": 1}, headers=key)
    assert answer.status_code == 503
    ready = TestClient(web.app).get("/readyz")
    assert ready.status_code == 503
    assert "only an activated policy may act" in ready.text


def test_the_impact_is_shown_and_recorded(tmp_path: Path) -> None:
    home = tmp_path / "home"
    mail = tmp_path / "mail.eml"
    mail.write_text(
        "From: Jane <jane@x.example>\nTo: desk@ours.example\nSubject: Order S00042\nMessage-ID: <1@x.example>\n"
        "Date: Mon, 23 Nov 2026 09:30:00 +0000\n\nTwo of the ten boxes arrived crushed. Please send new ones.\n"
    )
    ran = CliRunner().invoke(app, ["run", str(mail), "--company", "Brandt", "--home", str(home)])
    assert ran.exit_code == 0, ran.output
    new = file(tmp_path, "default_mode: 'off'\n")
    done = command(home, "activate", str(new), "--by", "mila", "--why", "quiet", "--impact", "1", "--home", str(home))
    assert done.exit_code == 0, done.output
    with open_store(Settings.of(home, {})) as store:
        last = Activations(store.journal, lambda: NOW).last()
    assert last is not None
    assert last.value is not None
    assert sum(last.value.impact.values()) == 1
    assert "the same" not in last.value.impact
    assert next(iter(last.value.impact)) in done.output
