"""The OpenAPI document holds: whatever is sent to a real process, no 5xx, and no answer that it does not describe."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi

from service.app import create_app
from tests.integration.service_process import WebProcess, web_process
from tests.unit.service_client import BRIDGE_SECRET, ENVIRONMENT, HOOK_SECRET, SERVICE, seed
from triage.cli.wiring import now, open_store
from triage.settings import Settings
from triage.storage.apikeys import SCOPES, ApiKeys

CHECKS = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
    openapi.response_headers_conformance,
]
ON_RANDOM = [
    *CHECKS,
    openapi.missing_required_header,
    openapi.unsupported_method,
    openapi.ignored_auth,
]
SLOW = ("/v1/classify", "/v1/summarize", "/v1/extract")
"""An answer of these takes a model; each is asked less often."""
KNOWN = {"source": ["odoo", "quiet", "n8n"], "secret": [HOOK_SECRET, BRIDGE_SECRET], "id": ["1", "2", "0" * 64]}
ROOMY = {"max_body_bytes: 200000": "key_rate: 1000000/minute", "max_event_bytes: 20000": "task_seconds: 300"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schema")
    seed(folder)
    configuration = SERVICE
    for old, new in ROOMY.items():
        configuration = configuration.replace(old, new)
    (folder / "service.yaml").write_text(configuration, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def web(home: Path) -> Iterator[WebProcess]:
    with web_process(home, ENVIRONMENT) as running:
        yield running
        assert '"event": "failed"' not in running.log()


@pytest.fixture(scope="module")
def key(home: Path) -> dict[str, str]:
    with open_store(Settings.of(home, ENVIRONMENT)) as store:
        made = ApiKeys(store.database, store.keys, now).create("t", list(SCOPES), by="tests", days=1, person="mila")
    return {"Authorization": f"Bearer {made[1]}"}


def described() -> dict[str, Any]:
    told: dict[str, Any] = create_app(Path("nowhere"), environment={}).openapi()
    return told


def operations() -> list[str]:
    """Method and path of everything that the document describes."""
    return [f"{method.upper()} {path}" for path, methods in described()["paths"].items() for method in methods]


@pytest.mark.parametrize("operation", operations())
def test_no_answer_leaves_the_document(web: WebProcess, key: dict[str, str], operation: str) -> None:
    method, path = operation.split(" ")
    schema = schemathesis.openapi.from_url(f"{web.url}/openapi.json")
    schema.config.checks.negative_data_rejection.expected_statuses.append("413")
    found = schema[path][method]
    headers = key if path.startswith("/v1/") else {}
    # Parameters that nobody knows are let pass; what is wrong in a body is refused.
    asked = [*ON_RANDOM, openapi.negative_data_rejection] if method == "POST" else ON_RANDOM

    @settings(
        max_examples=6 if path in SLOW else 20,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=asked)

    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        try:
            given(case=found.as_strategy(generation_mode=mode))(ask)()
        except Unsatisfiable:  # nothing can be wrong about it
            assert mode is GenerationMode.NEGATIVE


def test_known_names_and_examples_are_answered_by_the_document(web: WebProcess, key: dict[str, str]) -> None:
    """What a random name never reaches: sources, secrets, cards and the document's own examples."""
    told, schema = described(), schemathesis.openapi.from_url(f"{web.url}/openapi.json")
    asked = 0
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            names = [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]
            for values in itertools.product(*(KNOWN[name] for name in names)):
                for body in _examples(operation, told):
                    case = schema[path][method.upper()].Case(
                        path_parameters=dict(zip(names, values, strict=True)),
                        headers=dict(key) if path.startswith("/v1/") else {},
                        **body,
                    )
                    case.call_and_validate(checks=CHECKS)
                    asked += 1
    assert asked > 40


def _examples(operation: dict[str, Any], told: dict[str, Any]) -> list[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return [{}]
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    values = [content["example"]] if "example" in content else []
    values += [each["value"] for each in content.get("examples", {}).values()]
    values += told["components"]["schemas"].get(name, {}).get("examples", [])
    return [{"body": json.loads(json.dumps(value)), "media_type": "application/json"} for value in values]
