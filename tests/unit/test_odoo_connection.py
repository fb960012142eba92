"""Where the Odoo is, and that no secret stands where it can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.odoo_cards import AT
from triage.cli.odoo import moment
from triage.errors import ConfigurationError, UsageError
from triage.odoo.connection import Connection, read_connection
from triage.odoo.transport import Api

FILE = "url: https://odoo.example/\ndatabase: prod\nlogin: order-triage\nkey_file: {key}\n"


def write(home: Path, text: str) -> Path:
    (home / "odoo.yaml").write_text(text, encoding="utf-8")
    return home


def test_a_key_file_lies_beside_the_file_that_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odoo.yaml").write_text("url: https://odoo.example\ndatabase: d\nlogin: u\nkey_file: odoo.key\n")
    (tmp_path / "odoo.key").write_text("the-key\n")
    monkeypatch.chdir("/")
    found = read_connection(tmp_path, {})
    assert found is not None
    assert found.server({}).key == "the-key"


def test_nothing_named_is_no_odoo(tmp_path: Path) -> None:
    assert read_connection(tmp_path, {}) is None


def test_a_file_with_the_key_in_another(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("s3cret\n")
    found = read_connection(write(tmp_path, FILE.format(key=key)), {})
    assert found is not None
    assert (found.url, found.server({}).key) == ("https://odoo.example", "s3cret")
    assert "s3cret" not in repr(found.server({}))
    assert "s3cret" not in found.model_dump_json()


def test_variables_stand_above_the_file(tmp_path: Path) -> None:
    given = {"TRIAGE_ODOO_DATABASE": "other", "TRIAGE_ODOO_KEY": "k", "TRIAGE_ODOO_API": "json2"}
    found = read_connection(write(tmp_path, FILE.format(key="nowhere")), given)
    assert found is not None
    assert (found.database, found.api, found.server(given).key) == ("other", Api.JSON2, "k")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("url: odoo.example\ndatabase: x\n", "must begin with https://"),
        ("database: x\n", "url"),
        ("url: https://x\ndatabase: x\nlogn: y\n", "logn"),
        ("url: https://x\ndatabase: x\nkey: y\n", "holds a secret"),
        ("url: https://x\ndatabase: x\nfields: {partner.colour: x_c}\n", "partner.colour"),
        ("url: https://x\ndatabase: x\ncalls_per_second: 0\n", "calls_per_second"),
        ("url: https://x:abc\ndatabase: x\n", "port from 1 to 65535"),
        ("url: https://x:70000\ndatabase: x\n", "port from 1 to 65535"),
        ("url: http://x:0\ndatabase: x\n", "port from 1 to 65535"),
        ("url: http://\ndatabase: x\n", "must name a host"),
        ("url: https://:8069\ndatabase: x\n", "must name a host"),
        ("url: 'http://[::1'\ndatabase: x\n", "must name a host"),
        ("- a\n", "url and database"),
        ("url: [\n", "not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        read_connection(write(tmp_path, text), {})
    assert str(tmp_path / "odoo.yaml") in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://me:s3cret@odoo.example", "https://me:s3/cret@odoo.example", "https://s3cret@x"]
)
def test_a_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    text = f"url: {url}\ndatabase: x\n"
    with pytest.raises(ConfigurationError) as caught:
        read_connection(write(tmp_path, text), {})
    said = f"{caught.value}{caught.value.__cause__}"
    assert "odoo.yaml: url" in said
    assert not [part for part in ("s3", "cret@", "odoo.example:") if part in said.replace("odoo.example:8069", "")]


def test_the_key_of_the_file_goes_to_no_other_server(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("s3cret\n")
    home = write(tmp_path, FILE.format(key=key))
    given = {"TRIAGE_ODOO_URL": "https://other.example"}
    found = read_connection(home, given)
    assert found is not None
    assert (found.url, found.login, found.key_file) == ("https://other.example", "", None)
    with pytest.raises(ConfigurationError, match=r"TRIAGE_ODOO_KEY_FILE.*for the url of that file only"):
        found.server(given)
    own = given | {"TRIAGE_ODOO_LOGIN": "bot", "TRIAGE_ODOO_KEY_FILE": str(key)}
    named = read_connection(home, own)
    assert named is not None
    assert (named.login, named.server(own).key) == ("bot", "s3cret")


def test_the_same_url_in_a_variable_keeps_the_key_of_the_file(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("s3cret\n")
    given = {"TRIAGE_ODOO_URL": "https://odoo.example"}
    found = read_connection(write(tmp_path, FILE.format(key=key)), given)
    assert found is not None
    assert (found.login, found.server(given).key) == ("order-triage", "s3cret")


def test_a_missing_key_says_where_it_may_come_from(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="TRIAGE_ODOO_KEY"):
        Connection(url="https://x", database="y").server({})
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Connection(url="https://x", database="y", key_file=tmp_path / "none").server({})


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90m", 5400), ("6h", 21600), ("2d", 172800), ("1w", 604800), ("2026-11-17T14:00+00:00", 1800)],
)
def test_times_as_people_give_them(text: str, seconds: int) -> None:
    assert (AT - moment(text, AT)).total_seconds() == seconds


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(UsageError, match="is no time"):
        moment("yesterday", AT)
