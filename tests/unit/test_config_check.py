"""`triage config check`: each flaw with its place, no value of a secret, and nothing changed by looking."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tests.unit.opened_store import COMPANY, Opened
from triage.audit.activation import Activations
from triage.cli.app import app
from triage.cli.config import findings
from triage.cli.config_findings import Level
from triage.cli.config_page import renewed
from triage.cli.config_variables import VARIABLES
from triage.cli.wiring import now
from triage.domain import Category
from triage.settings import Settings
from triage.storage.apikeys import ApiKeys

run = CliRunner().invoke
ROOT = Path(__file__).parents[2]
SECRET = "s3cret-value-that-nobody-may-see"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


def write(place: Path, name: str, **entries: object) -> Path:
    (place / name).write_text(yaml.safe_dump(entries, sort_keys=False))
    return place / name


def secret(place: Path, name: str, text: str = SECRET, mode: int = 0o600) -> Path:
    (place / name).write_text(text)
    (place / name).chmod(mode)
    return place / name


def told(place: Path, **environment: str) -> list[str]:
    """What is wrong or otherwise than it looks, with its place beneath the folder."""
    found = [each for each in findings(place, environment) if each.level is not Level.NOTE]
    lines = [f"{each.level.value} {each.where}: {each.text}".replace(f"{place}/", "") for each in found]
    assert not [line for line in lines if SECRET in line]
    return lines


def source(**more: object) -> dict[str, object]:
    return {
        "name": "odoo",
        "door": "hook",
        "secrets": [{"file": "hook.secret"}],
        "company": COMPANY,
        "models": ["sale.order"],
        **more,
    }


def test_a_good_installation_has_nothing_wrong(place: Path) -> None:
    secret(place, "odoo.key")
    secret(place, "hook.secret")
    write(place, "odoo.yaml", url="https://odoo.example", database="x", login="bot", key_file=str(place / "odoo.key"))
    write(place, "service.yaml", sources=[source()])
    write(place, "policy.yaml", deciders={"mila": ["stock"]}, default_mode="off", modes={"stock": "advise"})
    with Opened(place):
        pass
    assert told(place) == []
    found = run(app, ["config", "check", "--home", str(place)])
    assert (found.exit_code, found.output.splitlines()[-1]) == (0, "Nothing is wrong.")


def test_every_flaw_of_every_file_has_its_line(place: Path) -> None:
    (place / "policy.yaml").write_text("version: x\nmodes:\n  stock: sometimes\nblind_share: 2\n")
    (place / "odoo.yaml").write_text("url: ftp://x\ndatabase: d\ntickets:\n  stagee: a\n")
    (place / "service.yaml").write_text("accept_seconds: 5\nsources:\n  - name: Odoo\n    door: hook\n")
    (place / "jobs.yaml").write_text("concurrency: 0\nconcurency: 4\n")
    found = [line.split(": ")[0] for line in told(place) if line.startswith("bad")]
    assert found == [
        "bad policy.yaml:3", "bad policy.yaml:4", "bad odoo.yaml:1", "bad odoo.yaml:4", "bad service.yaml:1",
        "bad service.yaml:3", "bad service.yaml:3", "bad service.yaml:3", "bad jobs.yaml:1", "bad jobs.yaml:2",
    ]  # fmt: skip


def test_a_file_that_is_no_yaml_and_one_that_is_not_read(place: Path) -> None:
    (place / "policy.yaml").write_text("modes: [\n")
    (place / "service.yml").write_text("sources: []\n")
    assert told(place) == [
        "warning service.yml: is not read. Is service.yaml meant?",
        "bad policy.yaml:2: is not YAML: expected the node content, but found '<stream end>'.",
    ]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TRIAGE_ODO_URL": SECRET}, "bad TRIAGE_ODO_URL: no such variable is read. Is TRIAGE_ODOO_URL meant?"),
        ({"TRIAGE_USER": " "}, "warning TRIAGE_USER: is set and empty: it counts as not set."),
        ({"TRIAGE_ROUTING_SHA256": "ab"}, "bad TRIAGE_ROUTING: goes together with TRIAGE_ROUTING_SHA256"),
        ({"TRIAGE_ODOO_KEY": SECRET, "TRIAGE_ODOO_KEY_FILE": "x"}, "warning TRIAGE_ODOO_KEY_FILE: is not used"),
        ({"TRIAGE_DATABASE": "mysql://x"}, "bad TRIAGE_DATABASE: TRIAGE_DATABASE is not of the form postgresql://"),
        ({"TRIAGE_SIGNER": "no-such-command --now"}, "bad TRIAGE_SIGNER: no-such-command: there is no such command."),
        ({"TRIAGE_AGREEMENT": "/nowhere"}, "bad TRIAGE_AGREEMENT: /nowhere: the table of agreement cannot be read"),
        ({"TRIAGE_LAYER": "/nowhere", "TRIAGE_LAYER_SHA256": "ab"}, "bad TRIAGE_LAYER: "),
        ({"TRIAGE_SIGNING_KEY": "/nowhere"}, "bad TRIAGE_SIGNING_KEY: /nowhere: the signing key cannot be read"),
    ],
)
def test_what_is_wrong_with_variables(place: Path, environment: dict[str, str], said: str) -> None:
    assert [line for line in told(place, **environment) if line.startswith(said)]


def test_a_store_that_cannot_be_reached_and_a_password_in_its_address(place: Path) -> None:
    address = f"postgresql://triage:{SECRET}@127.0.0.1:9/none"
    lines = told(place, TRIAGE_DATABASE=address, TRIAGE_KEYS=address)
    assert "bad TRIAGE_KEYS: is the same as TRIAGE_DATABASE: keys beside the store protect nothing." in lines
    assert [line for line in lines if line.startswith("warning TRIAGE_DATABASE: holds a password")]
    assert [line for line in lines if line.startswith("bad TRIAGE_DATABASE: ")]


def test_secrets_that_others_can_read_are_missing_or_shared(place: Path) -> None:
    secret(place, "odoo.key", mode=0o644)
    secret(place, "hook.secret", mode=0o640)
    write(place, "odoo.yaml", url="http://odoo.example", database="x", login="bot", key_file=str(place / "odoo.key"))
    sources = [source(), source(name="other"), source(name="third", secrets=[{"file": "none"}])]
    write(place, "service.yaml", sources=sources)
    lines = told(place)
    assert [line for line in lines if line.startswith("bad odoo.key: the key of Odoo: everybody on this machine")]
    assert [
        line
        for line in lines
        if line.startswith("warning hook.secret: the secret of sources[0].secrets[0]: its group may")
    ]
    assert "warning service.yaml: sources odoo and other have the same secret: either can be the other." in lines
    assert [
        line for line in lines if line.startswith("bad service.yaml: source third: none: the secret cannot be read")
    ]
    assert [line for line in lines if "http://odoo.example: the key travels unencrypted" in line]


def test_a_duty_among_the_deciders_stands_for_several(place: Path) -> None:
    everything = [category.value for category in Category]
    write(place, "policy.yaml", second_person=["credit"], deciders={"duty:lead": everything})
    assert [line for line in told(place) if "deciders" in line or "second_person" in line] == []


def test_a_variable_that_service_yaml_names_is_known(place: Path) -> None:
    write(place, "service.yaml", sources=[source(secrets=[{"environment": "TRIAGE_HOOK_SECRET"}])])
    assert told(place, TRIAGE_HOOK_SECRET=SECRET) == []


def test_what_contradicts_itself_in_the_policy(place: Path) -> None:
    policy = {
        "default_mode": "advise",
        "second_person": ["credit"],
        "deciders": {"mila": ["credit", "stock"]},
        "budgets": {"money_per_day": 5, "prices": {}},
        "endpoints": [{"name": "far", "url": "http://far.example/v1"}, {"name": "near", "url": "https://near.example"}],
    }
    write(place, "policy.yaml", **policy)
    write(place, "jobs.yaml", model="far:x", endpoints={"house": {"concurrency": 1}})
    lines = told(place)
    assert "bad policy.yaml: mode `advise` publishes into Odoo, and no Odoo is named. Use `shadow`." in lines
    assert "bad policy.yaml: second_person: credit needs two people, and deciders names one." in lines
    assert "warning policy.yaml: deciders: nobody may decide pricing." in lines
    assert "warning policy.yaml: budgets.money_per_day: without prices nothing is ever spent." in lines
    assert [line for line in lines if line.startswith("bad jobs.yaml: model: endpoint far: http://far.example is not")]
    assert [line for line in lines if line.startswith("warning policy.yaml: endpoint near: no key. Set NEAR_API_KEY")]
    assert "warning jobs.yaml: endpoints.house: the policy lists no endpoint of this name." in lines


def test_a_policy_that_must_be_activated_and_was_not(place: Path) -> None:
    write(place, "policy.yaml", require_activation=True, deciders={})
    with Opened(place):
        pass
    [line] = told(place)
    assert line.startswith("bad policy.yaml: ")
    assert "triage policy activate" in line


def test_a_model_that_must_be_activated_and_was_not(place: Path) -> None:
    write(place, "policy.yaml", require_activation=True, deciders={})
    with Opened(place) as opened:
        book = Settings.of(place).policies()
        Activations(opened.journal, now).activate(book, "", by="mila", why="a look", models={"house:x": {}})
    [line] = told(place)
    assert line.startswith("bad policy.yaml: ")
    assert "model embedded was not activated with it (activated: house:x)" in line


def test_an_api_key_that_ends_soon(place: Path) -> None:
    with Opened(place) as opened:
        ApiKeys(opened.database, opened.keys, now).create("erp", ["cards:read"], by="mila", days=3)
        ApiKeys(opened.database, opened.keys, now).create("long", ["cards:read"], by="mila", days=90)
    [line] = told(place)
    assert re.match(r"warning API keys: erp ends on \d{4}-\d\d-\d\d\. `triage keys rotate erp`", line)


def test_looking_changes_nothing(place: Path) -> None:
    with Opened(place) as opened:
        opened.database.execute("DELETE FROM migrations WHERE number = (SELECT max(number) FROM migrations)")
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    [note] = [each for each in findings(place, {}) if "earlier version" in each.text]
    assert note.text.startswith("is of an earlier version; 1 steps")
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_for_programs_a_line_each_and_the_exit_status(place: Path) -> None:
    (place / "jobs.yaml").write_text("concurrency: 0\n")
    found = run(app, ["config", "check", "--json", "--home", str(place)])
    assert found.exit_code == 1
    first = json.loads(found.stdout.splitlines()[0])
    assert (first["level"], first["where"]) == ("bad", f"{place}/jobs.yaml:1")


def test_every_variable_that_is_read_is_known() -> None:
    sources = [path.read_text() for room in ("triage", "service", "evals") for path in (ROOT / room).rglob("*.py")]
    read = {name for text in sources for name in re.findall(r'"(TRIAGE_[A-Z0-9_]*[A-Z0-9])"', text)}
    assert read - set(VARIABLES) == set()


def test_the_page_lists_every_setting_as_the_code_has_it() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    assert renewed(page) == page, "renew it: python -m triage.cli.config_page docs/configuration.md"
