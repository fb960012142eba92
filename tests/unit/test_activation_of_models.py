"""Prompts, models, endpoints, learnt layers and rules act where they were activated; others do not start."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from importlib import resources
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests.unit.opened_store import Opened
from triage.audit.activation import Activations
from triage.cli.acting import configured, parts
from triage.cli.app import app
from triage.cli.office import InstalledOffice
from triage.cli.wiring import open_store
from triage.domain import Policy
from triage.domain.policies import PolicyBook
from triage.errors import ConfigurationError
from triage.settings import Settings

STRICT = PolicyBook(Policy(require_activation=True))
HOUSE = "endpoints: [{name: house, url: 'http://127.0.0.1:9/v1', remote: false}]\nrequire_activation: true\n"
MODELS = {"embedded": {"classify/layer": "a" * 64, "extract/rules": "b" * 64}}


@pytest.fixture
def activations(home: Path) -> Activations:
    with Opened(home) as found:
        yield Activations(found.journal, found.clock)  # type: ignore[misc]


def activate(activations: Activations, book: PolicyBook = STRICT, **more: object) -> None:
    activations.activate(book, "text", by="mila", why="a try", **more)  # type: ignore[arg-type]


def test_without_the_entry_everything_may_act(activations: Activations) -> None:
    activations.check_parts(PolicyBook(Policy()), "embedded", {"classify/layer": "c"})


def test_only_the_hashes_that_were_activated_act(activations: Activations) -> None:
    activate(activations, models=MODELS)
    activations.check_parts(STRICT, "embedded", MODELS["embedded"])
    activations.check_parts(STRICT, "embedded", {"extract/rules": "b" * 64})
    with pytest.raises(ConfigurationError, match="classify/layer is cccccccccccc here, activated is aaaaaaaaaaaa"):
        activations.check_parts(STRICT, "embedded", {**MODELS["embedded"], "classify/layer": "c" * 64})
    with pytest.raises(ConfigurationError, match="classify/layer is none here"):
        activations.check_parts(STRICT, "embedded", {"classify/rules": "d" * 64})
    with pytest.raises(ConfigurationError, match=r"model house:x was not activated .*--model house:x"):
        activations.check_parts(STRICT, "house:x", MODELS["embedded"])


def test_an_activation_of_the_policy_alone_lets_no_model_act(activations: Activations) -> None:
    activate(activations)
    with pytest.raises(ConfigurationError, match=r"\(activated: none\)"):
        activations.check_parts(STRICT, "embedded", MODELS["embedded"])


def test_what_acts_of_a_prompted_model_names_prompt_endpoint_and_layer() -> None:
    policy = Policy.model_validate({"endpoints": [{"name": "house", "url": "http://127.0.0.1:9/v1", "remote": False}]})
    named = parts("house:x", PolicyBook(policy))
    assert {name.partition("/")[0] for name in named} >= {"classify", "summarise", "reply", "extract", "priority"}
    assert "classify/layer" in named
    for wanted in ("classify/classify.prompt:", "summarise/summarise.prompt:", "extract/extract.endpoint:house"):
        assert any(name.startswith(wanted) for name in named), wanted
    elsewhere = policy.with_(endpoints=(policy.endpoints[0].with_(url="http://127.0.0.1:8/v1"),))
    assert parts("house:x", PolicyBook(elsewhere)) != named


def command(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--home", str(home)])


def said(done: Result) -> str:
    return " ".join(done.output.split())


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """An installation whose policy lists an endpoint and wants activation."""
    (tmp_path / "policy.yaml").write_text(HOUSE, encoding="utf-8")
    return tmp_path


def own_layer(folder: Path) -> str:
    """The shipped layer packed otherwise, which is another file; its hash."""
    shipped = resources.files("triage.tasks.classify").joinpath("data")
    content = next(file.read_bytes() for file in shipped.iterdir() if file.name.endswith(".npz"))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    (folder / "layer.npz").write_bytes(made.getvalue())
    return hashlib.sha256(made.getvalue()).hexdigest()


def test_another_layer_does_not_start_until_it_is_activated(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = tmp_path / "mail.txt"
    mail.write_text("From: jane@x.example\nSubject: Order S00042\n\nTwo of the ten boxes arrived crushed.\n")
    first = command(installed, "policy", "activate", "--by", "mila", "--why", "first")
    assert first.exit_code == 0, first.output
    assert "embedded: may be asked" in first.output
    assert command(installed, "run", str(mail)).exit_code == 0
    monkeypatch.setenv("TRIAGE_LAYER", str(tmp_path))
    monkeypatch.setenv("TRIAGE_LAYER_SHA256", own_layer(tmp_path))
    refused = command(installed, "run", str(mail))
    assert refused.exit_code == 2
    assert "classify/layer is" in said(refused)
    with open_store(Settings.of(installed, {})) as store, pytest.raises(ConfigurationError, match="classify/layer"):
        InstalledOffice(Settings.of(installed, {}), store, "embedded").check()
    told = command(installed, "policy", "activate", "--by", "mila", "--why", " ")
    assert told.exit_code == 2
    assert "1 events of the last 30 days are recorded: --impact 30" in said(told)
    second = command(installed, "policy", "activate", "--by", "mila", "--why", "a layer of ours", "--impact", "1")
    assert second.exit_code == 0, second.output
    assert "embedded: classify/layer: " in second.output
    assert "  1 another " in second.output
    assert command(installed, "run", str(mail)).exit_code == 0


def test_a_model_that_nobody_activated_is_not_asked(installed: Path) -> None:
    done = command(installed, "policy", "activate", "--by", "mila", "--why", "w")
    assert done.exit_code == 0, done.output
    (installed / "jobs.yaml").write_text("model: house:x\n")
    assert configured(Settings.of(installed, {})) == ["house:x", "embedded"]
    settings = Settings.of(installed, {})
    with open_store(settings) as store, pytest.raises(ConfigurationError, match="model house:x was not activated"):
        InstalledOffice(settings, store, "house:x").check()
    assert command(installed, "policy", "activate", "--by", "mila", "--why", "the house's").exit_code == 0
    with open_store(settings) as store:
        InstalledOffice(settings, store, "house:x").check()
    told = json.loads(command(installed, "policy", "show", "--json").output)["activation"]
    assert sorted(told["models"]) == ["embedded", "house:x"]
    assert told["software"]
    assert "# with house:x" in command(installed, "policy", "show").output


def test_a_running_office_stops_once_something_else_is_activated(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.cli.office._POLICIES_KEPT", 0.0)
    settings = Settings.of(installed, {})
    assert command(installed, "policy", "activate", "--by", "mila", "--why", "w").exit_code == 0
    with open_store(settings) as store:
        office = InstalledOffice(settings, store, "embedded")
        office.check()
        done = command(installed, "policy", "activate", "--model", "house:x", "--by", "mila", "--why", "w")
        assert done.exit_code == 0, done.output
        assert "embedded: may not be asked any more" in done.output
        with pytest.raises(ConfigurationError, match="model embedded was not activated"):
            office.check()
