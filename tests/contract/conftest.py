"""Every test runs against every target that suits it; what is not configured is not in the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.contract import targets
from tests.contract.arranged import Arranged
from tests.contract.targets import Target
from triage.odoo.client import Odoo
from triage.odoo.gate.client import Gate

_KINDS: dict[str, Callable[[str], bool]] = {
    "target": lambda name: True,
    "mailing": targets.shows_mails,
    "speaking_json2": targets.is_json2,
    "speaking_rpc": lambda name: not targets.is_json2(name),
    "real_rpc": lambda name: not targets.is_json2(name) and not targets.is_sandbox(name),
}
"""Names under which a test may ask for a target, and which targets suit it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for kind, suits in _KINDS.items():
        if kind in metafunc.fixturenames and kind == _asked(metafunc):
            fitting = [name for name in targets.names() if suits(name)]
            metafunc.parametrize("target", fitting, indirect=True, scope="session", ids=fitting)


def _asked(metafunc: pytest.Metafunc) -> str:
    return next((kind for kind in _KINDS if kind != "target" and kind in metafunc.fixturenames), "target")


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    with targets.opened(request.param) as found:
        yield found


@pytest.fixture
def mailing(target: Target) -> Target:
    return target


@pytest.fixture
def speaking_json2(target: Target) -> Target:
    return target


@pytest.fixture
def speaking_rpc(target: Target) -> Target:
    return target


@pytest.fixture
def real_rpc(target: Target) -> Target:
    return target


@pytest.fixture
def admin(target: Target) -> Odoo:
    return target.admin


@pytest.fixture
def bot(target: Target) -> Odoo:
    return target.bot


@pytest.fixture
def gate(target: Target) -> Gate:
    return target.gate


@pytest.fixture
def arranged(target: Target) -> Arranged:
    return Arranged(target.admin, target.kept)


@pytest.fixture
def marker(arranged: Arranged) -> str:
    return f"card-{arranged.token}"
