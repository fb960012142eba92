"""The workflow files hold no secret, sign and check what goes over the border, and leave no failure unanswered."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.n8n.__main__ import app
from service.n8n.preparing import CARRIER, CREDENTIALS, FLOWS, LISTENING, SIGNING, WORKFLOWS
from triage.cli.wiring import now, open_store
from triage.settings import Settings
from triage.storage.apikeys import ApiKeys

FILES = sorted(WORKFLOWS.glob("*.json"))
ASKS = {"n8n-nodes-base.httpRequest", "n8n-nodes-base.odoo"}
NAMED = {
    "triageSigning001",
    "triageNotices001",
    "triageApiKey0001",
    "triageCarrier001",
    "triageChat000001",
    "triageOdooUser01",
    "triageMailbox001",
}


def nodes(path: Path) -> list[dict[str, Any]]:
    return [node for node in json.loads(path.read_text())["nodes"] if "stickyNote" not in node["type"]]


def test_there_are_five_with_ids_that_stay() -> None:
    assert {json.loads(path.read_text())["id"] for path in FILES} == {
        "triageCarrier0Wf",
        "triageSupplierWf",
        "triageUnsure00Wf",
        "triageDead0000Wf",
        "triageGate0000Wf",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_credentials_are_named_and_never_written_down(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"whsec_|tk_[a-z0-9]{10}_|Bearer |password|\"hmacSecret\"", text)
    for node in nodes(path):
        for given in node.get("credentials", {}).values():
            assert set(given) == {"id", "name"}
            assert given["id"] in NAMED


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_asks_somebody_tries_again_and_then_says_what_to_do(path: Path) -> None:
    flow = json.loads(path.read_text())
    asking = [node for node in nodes(path) if node["type"] in ASKS]
    assert asking
    for node in asking:
        assert node["retryOnFail"]
        assert node["maxTries"] >= 3
        assert node["onError"] == "continueErrorOutput"
        failed = flow["connections"][node["name"]]["main"][1]
        assert failed, f"{node['name']}: its failure leads nowhere"
    [stop] = [node for node in nodes(path) if node["type"] == "n8n-nodes-base.stopAndError"]
    assert len(stop["parameters"]["errorMessage"]) > 80


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_node_is_reached_and_every_link_leads_to_one(path: Path) -> None:
    flow = json.loads(path.read_text())
    names = [node["name"] for node in nodes(path)]
    assert len(set(names)) == len(names)
    reached = {link["node"] for outs in flow["connections"].values() for branch in outs["main"] for link in branch}
    assert reached <= set(names)
    begins = {node["name"] for node in nodes(path) if re.search("[tT]rigger|webhook|emailRead", node["type"])}
    assert {name for name in names if name not in reached} == begins


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_calls_without_being_known(path: Path) -> None:
    """A webhook has a token, or what came is checked against a signature before anything is done with it."""
    for node in nodes(path):
        if node["type"] == "n8n-nodes-base.webhook":
            signed = any(
                each.get("credentials", {}).get("crypto", {}).get("id") == "triageNotices001" for each in nodes(path)
            )
            assert signed or node["parameters"]["authentication"] == "headerAuth"


def prepared(tmp_path: Path) -> tuple[list[dict[str, Any]], str]:
    done = CliRunner().invoke(
        app, [str(tmp_path / "out"), "--home", str(tmp_path / "home"), "--service", "http://triage.example:8087/"]
    )
    assert done.exit_code == 0, done.output
    return json.loads((tmp_path / "out" / CREDENTIALS).read_text()), done.output


def test_preparing_writes_addresses_secrets_and_a_key_that_works(tmp_path: Path) -> None:
    given, said = prepared(tmp_path)
    data = {each["id"]: each["data"] for each in given}
    assert set(data) == NAMED
    for file, name in ((SIGNING, "triageSigning001"), (LISTENING, "triageNotices001")):
        kept = (tmp_path / "home" / file).read_text().strip().removeprefix("whsec_")
        assert base64.b64decode(kept).decode() == data[name]["hmacSecret"]
        assert file in said
    assert (
        data["triageCarrier001"]["value"]
        in base64.b64decode((tmp_path / "home" / CARRIER).read_text().strip().removeprefix("whsec_")).decode()
    )
    with open_store(Settings.of(tmp_path / "home", {})) as store:
        key = ApiKeys(store.database, store.keys, now).verify(data["triageApiKey0001"]["value"].removeprefix("Bearer "))
    assert key is not None
    assert set(key.scopes) == {"documents:compare", "jobs:admin", "evals:run"}
    text = (tmp_path / "out" / FLOWS / "carrier-status.json").read_text()
    assert "http://triage.example:8087" in text
    assert "http://127.0.0.1:8087" not in text
    assert (tmp_path / "out" / CREDENTIALS).stat().st_mode & 0o077 == 0
    for each in data.values():
        for value in each.values():
            assert not isinstance(value, str) or len(value) < 20 or value not in said


def test_preparing_again_keeps_secrets_and_makes_no_second_key(tmp_path: Path) -> None:
    first, _ = prepared(tmp_path)
    again, said = prepared(tmp_path)
    known = {each["id"]: each["data"] for each in first}
    assert {each["id"] for each in again} == NAMED - {"triageApiKey0001"}
    assert all(each["data"] == known[each["id"]] for each in again)
    assert "no other one was made" in said


def test_a_secret_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / SIGNING).write_text("whsec_" + base64.b64encode(bytes(range(200, 232))).decode())
    done = CliRunner().invoke(app, [str(tmp_path / "out"), "--home", str(tmp_path / "home")])
    assert done.exit_code == 2
    assert "Delete the file" in done.output
