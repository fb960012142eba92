"""`service.yaml` is checked whole before anything starts; a secret stands in none of its errors."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

from service.app import create_app
from service.configuration import ServiceConfiguration, SourceDoor, open_sources, read_configuration
from triage.errors import ConfigurationError

GOOD = "{name: odoo, door: hook, secrets: [{environment: HOOK}], company: A, models: [sale.order]}"
SECRET = "a-secret-of-some-length"


def written(home: Path, text: str) -> Path:
    (home / "service.yaml").write_text(text, encoding="utf-8")
    return home


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_configuration(tmp_path) == ServiceConfiguration()


def test_a_source_is_read_with_its_secret(tmp_path: Path) -> None:
    found = open_sources(read_configuration(written(tmp_path, f"sources: [{GOOD}]")), tmp_path, {"HOOK": SECRET})
    assert found["odoo"].source.door is SourceDoor.HOOK
    assert found["odoo"].secrets == (SECRET.encode(),)
    assert SECRET not in repr(found)


def test_a_secret_may_stand_in_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "hook.secret").write_text(SECRET + "\n")
    text = f"sources: [{GOOD.replace('environment: HOOK', 'file: hook.secret')}]"
    found = open_sources(read_configuration(written(tmp_path, text)), tmp_path, {})
    assert found["odoo"].secrets == (SECRET.encode(),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sources: [", "is not YAML at line"),
        ("colour: red", "colour: Extra inputs are not permitted"),
        (f"sources: [{GOOD}, {GOOD}]", "'odoo' stands there twice"),
        (f"sources: [{GOOD.replace('{environment: HOOK}', SECRET)}]", "a secret never stands here itself"),
        (f"sources: [{GOOD.replace('{environment: HOOK}', '{secret: ' + SECRET + '}')}]", "sources.0.secrets.0"),
        (f"sources: [{GOOD.replace('environment: HOOK', 'environment: A, file: b')}]", "either `file` or"),
        (f"sources: [{GOOD.replace('sale.order', 'res.users')}]", "'res.users' cannot be read. These can: sale.order"),
        (f"sources: [{GOOD.replace('sale.order', 'Sale')}]", "is no name of a model"),
        (f"sources: [{GOOD.replace(', models: [sale.order]', '')}]", "a hook needs at least one model"),
        (f"sources: [{GOOD.replace('door: hook', 'door: window')}]", "sources.0.door"),
        (f"sources: [{GOOD.replace('name: odoo', 'name: Odoo!')}]", "sources.0.name"),
        (f"sources: [{GOOD.replace('company: A', 'company: A, rate: often')}]", "'often' is no rate"),
        ("key_rate: 12/fortnight", "is no rate"),
        ("accept_seconds: 5", "accept_seconds"),
        ("- a", "the whole file"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_configuration(written(tmp_path, text))
    assert said in str(caught.value)
    assert "service.yaml" in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("door", "secret", "said"),
    [
        ("hook", "", "HOOK is not set"),
        ("hook", "short", "at least 16"),
        ("hook", "with spaces in the secret", "letters, digits"),
        ("signed", "whsec_%%%%%%", "fewer than 16 bytes"),
        ("signed", "whsec_" + base64.b64encode(b"short").decode(), "fewer than 16 bytes"),
    ],
)
def test_a_secret_that_cannot_be_used_stops_the_start(tmp_path: Path, door: str, secret: str, said: str) -> None:
    written(tmp_path, f"sources: [{GOOD.replace('door: hook', f'door: {door}')}]")
    with pytest.raises(ConfigurationError) as caught:
        create_app(tmp_path, environment={"HOOK": secret})
    assert said in str(caught.value)
    assert "source odoo" in str(caught.value)
    assert not secret or secret not in str(caught.value)


def test_a_missing_secret_file_is_named(tmp_path: Path) -> None:
    written(tmp_path, f"sources: [{GOOD.replace('environment: HOOK', 'file: nowhere')}]")
    with pytest.raises(ConfigurationError, match="nowhere: the secret cannot be read"):
        create_app(tmp_path, environment={})


def test_the_schema_is_printed() -> None:
    done = subprocess.run([sys.executable, "-m", "service.configuration"], capture_output=True, text=True, check=True)
    assert set(json.loads(done.stdout)["properties"]) == set(ServiceConfiguration.model_fields)
