"""What goes wrong on the way, on the look-alike: one of our errors, and nothing half done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import stamina

from tests.contract import targets
from tests.contract.arranged import Arranged
from tests.contract.posting import activities, messages, note
from tests.contract.targets import Target, in_sandbox
from triage.domain import RecordRef
from triage.errors import AccessDenied, OdooError, OdooUnavailable
from triage.odoo.capture import Capture
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.gate.client import Gate
from triage.odoo.sandbox import (
    Fault,
    Sandbox,
    database_error,
    expired_key,
    half_response,
    hang,
    html,
    refuse,
    throttle,
)
from triage.odoo.verbs import Activity, Withdraw

FAULTY = {"sandbox-18-jsonrpc": 18, "sandbox-19-json2": 19}
_TRIES = 4
"""As often as the client tries what is harmless to do again."""


@pytest.fixture(scope="module", params=FAULTY)
def faulty(request: pytest.FixtureRequest) -> Iterator[Target]:
    with Sandbox(FAULTY[request.param]) as sandbox:
        yield in_sandbox(request.param, sandbox)


@pytest.fixture
def sandbox(faulty: Target) -> Iterator[Sandbox]:
    assert faulty.sandbox is not None
    yield faulty.sandbox
    faulty.sandbox.faults.clear()


@pytest.fixture
def arranged(faulty: Target) -> Arranged:
    return Arranged(faulty.admin)


@pytest.fixture(autouse=True)
def _without_pauses() -> Iterator[None]:
    """As many tries as ever, one right after the other."""
    stamina.set_testing(True, attempts=_TRIES, cap=True)
    yield
    stamina.set_testing(False)


LATER: dict[str, Callable[[], Fault]] = {
    "no answer": refuse,
    "502 with a page": lambda: html(502),
    "200 with a page": lambda: html(200),
    "half an answer": half_response,
    "too many requests": throttle,
    "database away": database_error,
}


@pytest.mark.parametrize("fault", LATER)
def test_a_read_is_tried_again(faulty: Target, sandbox: Sandbox, fault: str) -> None:
    sandbox.faults.plan(LATER[fault](), LATER[fault]())
    assert faulty.bot.count("res.partner", []) > 0


@pytest.mark.parametrize("fault", LATER)
def test_a_read_that_never_comes_through_is_unavailable(faulty: Target, sandbox: Sandbox, fault: str) -> None:
    sandbox.faults.plan(*(LATER[fault]() for _ in range(_TRIES)))
    with pytest.raises(OdooUnavailable) as caught:
        faulty.bot.count("res.partner", [])
    assert "<" not in str(caught.value)


@pytest.mark.parametrize("fault", LATER)
def test_a_write_is_not_tried_again(faulty: Target, sandbox: Sandbox, arranged: Arranged, fault: str) -> None:
    before = len(sandbox.rows("crm.lead"))
    sandbox.faults.plan(LATER[fault]())
    with pytest.raises(OdooUnavailable):
        faulty.admin.call("crm.lead", "create", named={"vals_list": [{"name": f"Once {arranged.token}"}]})
    assert len(sandbox.rows("crm.lead")) - before <= 1
    assert faulty.admin.count("crm.lead", [("name", "=", f"Once {arranged.token}")]) == (fault == "half an answer")


@pytest.mark.parametrize("fault", LATER)
def test_a_note_whose_answer_is_lost_is_there_once(
    faulty: Target, sandbox: Sandbox, arranged: Arranged, fault: str
) -> None:
    ref, marker = arranged.order(), f"card-{arranged.token}"
    before = len(messages(arranged, ref))
    sandbox.faults.plan(LATER[fault]())
    done = faulty.gate.do([note(marker, ref)])[0]
    assert done.status == ("updated" if fault == "half an answer" else "posted")
    assert len(messages(arranged, ref)) - before == 1


def test_a_server_that_is_down_is_unavailable(faulty: Target, sandbox: Sandbox) -> None:
    sandbox.stop()
    try:
        with pytest.raises(OdooUnavailable):
            faulty.bot.count("res.partner", [])
        with pytest.raises(OdooUnavailable):
            Odoo.connect(faulty.bot_server).count("res.partner", [])
    finally:
        sandbox.start()
    assert faulty.bot.count("res.partner", []) > 0


def test_a_server_that_hangs_is_given_up(faulty: Target, sandbox: Sandbox, arranged: Arranged) -> None:
    ref, marker = arranged.order(), f"card-{arranged.token}"
    hasty = Odoo.connect(replace(faulty.bot_server, timeout_seconds=0.4))
    assert hasty.user.id == faulty.bot_id
    sandbox.faults.plan(*(hang(1.0) for _ in range(_TRIES)))
    started = time.monotonic()
    with pytest.raises(OdooUnavailable):
        hasty.count("res.partner", [])
    assert time.monotonic() - started < 4
    time.sleep(1.1)
    before = len(messages(arranged, ref))
    gate = Gate.find(hasty)
    assert gate is not None
    sandbox.faults.plan(hang(1.0))
    assert gate.do([note(marker, ref)])[0].status in ("posted", "updated")
    time.sleep(1.1)
    assert len(messages(arranged, ref)) - before == 1


def test_an_expired_key_is_denied_and_not_tried_again(faulty: Target, sandbox: Sandbox, arranged: Arranged) -> None:
    ref, marker = arranged.order(), f"card-{arranged.token}"
    before = len(messages(arranged, ref))
    sandbox.faults.plan(expired_key())
    with pytest.raises(AccessDenied):
        faulty.gate.do([note(marker, ref)])
    assert len(messages(arranged, ref)) == before
    assert faulty.gate.do([note(marker, ref)])[0].status == "posted"


def test_a_key_that_has_expired_is_denied(faulty: Target, sandbox: Sandbox) -> None:
    key = sandbox.add_key(sandbox.admin, expires="2020-01-01 00:00:00")
    with pytest.raises(AccessDenied):
        Odoo.connect(faulty.reach(sandbox.admin.login, key)).count("res.partner", [])


def test_a_failure_between_two_verbs_leaves_neither(faulty: Target, sandbox: Sandbox, arranged: Arranged) -> None:
    """The activity's model is looked up inside; what fails there fails the note before it too."""
    ref, marker = arranged.order(), f"card-{arranged.token}"
    before = len(messages(arranged, ref))
    bad = Activity(
        marker=f"{marker}-a",
        record=RecordRef(model="crm.lead", id=2**30, name="gone"),
        summary="x",
        note="x",
        due=datetime.now(UTC).date(),
    )
    with pytest.raises(OdooError):
        faulty.gate.do([note(marker, ref), bad])
    assert len(messages(arranged, ref)) == before
    assert activities(arranged, ref) == []


def test_a_database_restored_to_an_older_state_gets_the_note_anew(
    faulty: Target, sandbox: Sandbox, arranged: Arranged
) -> None:
    ref, marker = arranged.order(), f"card-{arranged.token}"
    before, older = len(messages(arranged, ref)), sandbox.snapshot()
    assert faulty.gate.do([note(marker, ref)])[0].status == "posted"
    sandbox.restore(older)
    assert len(messages(arranged, ref)) == before
    assert faulty.gate.do([note(marker, ref)])[0].status == "posted"
    assert faulty.gate.do([note(marker, ref)])[0].status == "updated"
    assert len(messages(arranged, ref)) - before == 1


def test_a_record_deleted_before_a_withdrawal_is_absent(faulty: Target, sandbox: Sandbox, arranged: Arranged) -> None:
    ref, marker = arranged.order(), f"card-{arranged.token}"
    faulty.gate.do([note(marker, ref)])
    sandbox.faults.before(
        "ir.actions.server", "run", lambda: sandbox.edit(lambda env: env["sale.order"].browse(ref.id).unlink())
    )
    assert faulty.gate.do([Withdraw(marker=marker)])[0].status == "absent"


# Capture


@pytest.fixture
def capture(faulty: Target) -> Capture:
    connection = Connection(url=faulty.bot_server.url, database=faulty.bot_server.database)
    return Capture(faulty.bot, connection, lambda: datetime.now(UTC))


@pytest.mark.parametrize("fault", LATER)
def test_a_case_is_taken_whole_although_a_call_fails(
    capture: Capture, sandbox: Sandbox, arranged: Arranged, fault: str
) -> None:
    ref = arranged.order(lines=[(1, 5.0), (2, 6.0)])
    whole = capture.case(ref)
    sandbox.faults.plan(LATER[fault](), Fault("ok"), Fault("ok"), LATER[fault]())
    again = capture.case(ref)
    assert whole is not None
    assert again is not None
    assert again.model_copy(update={"captured_at": whole.captured_at}) == whole


def test_a_case_is_not_taken_by_halves(capture: Capture, sandbox: Sandbox, arranged: Arranged) -> None:
    ref = arranged.order()
    assert capture.case(ref) is not None
    sandbox.faults.plan(Fault("ok"), Fault("ok"), *(html(502) for _ in range(_TRIES)))
    with pytest.raises(OdooUnavailable):
        capture.case(ref)


def test_a_case_of_an_expired_key_is_denied(capture: Capture, sandbox: Sandbox, arranged: Arranged) -> None:
    ref = arranged.order()
    assert capture.case(ref) is not None
    sandbox.faults.plan(*(expired_key() for _ in range(2)))
    with pytest.raises(AccessDenied):
        capture.case(ref)


@pytest.mark.parametrize("moment", ["mail.message", "sale.order.line", "product.product"])
def test_a_record_deleted_while_it_is_read_is_no_case(
    capture: Capture, sandbox: Sandbox, arranged: Arranged, moment: str
) -> None:
    ref = arranged.order()

    def delete() -> None:
        sandbox.edit(lambda env: env["sale.order"].browse(ref.id).unlink())

    sandbox.faults.before(moment, "search_read", delete)
    assert capture.case(ref) is None


def test_targets_that_are_configured_are_in_the_list() -> None:
    assert set(FAULTY) < set(targets.names())
