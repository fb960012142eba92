"""Sweeps find uploaded documents, which change neither the record that they hang on nor its thread."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.sweeping import Desk, desk_at
from tests.unit.opened_store import Opened
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.odoo.setup.rules import _SCENARIOS
from triage.odoo.uploads import UPLOADS

PDF = base64.b64encode(b"%PDF-1.4 an order").decode()


@pytest.fixture(scope="module", params=[18, 19])
def day(request: pytest.FixtureRequest) -> Iterator[SampleDay]:
    with sample_day(request.param) as found:
        yield found


@pytest.fixture
def desk(day: SampleDay, tmp_path: Path) -> Iterator[Desk]:
    with Opened(tmp_path) as opened, desk_at(day, opened) as found:
        yield found


def upload(desk: Desk, **more: Any) -> int:
    values = {"name": "confirmation.pdf", "datas": PDF, "mimetype": "application/pdf"}
    return desk.create("ir.attachment", **{**values, "res_model": "sale.order", "res_id": 398, **more})


def test_a_file_that_somebody_hangs_on_an_order_is_found_once(desk: Desk) -> None:
    number = upload(desk)
    desk.sweep()
    assert desk.swept() == [f"ir.attachment:{number}"]
    [arrival] = desk.arrivals()
    assert arrival.company == desk.at.company().name
    assert desk.sweep().new == 0


def test_what_the_rule_passes_over_is_passed_over(desk: Desk) -> None:
    upload(desk, mimetype="text/plain", name="notes.txt", datas=base64.b64encode(b"x").decode())
    upload(desk, res_model="res.partner", res_id=1)
    desk.sweep()
    assert desk.arrivals() == []


def test_a_file_that_came_with_a_message_is_read_with_it(desk: Desk) -> None:
    number = upload(desk)

    def post(env: Any) -> int:
        found = env["sale.order"].browse(398).message_post(body="Here it is", message_type="comment")
        env.db.tables.update("mail.message", found.id, {"attachment_ids": (number,)})
        return int(found.id)

    message = desk.day.box.edit(post, user=2)
    desk.stamp("mail.message", [message], desk.clock.now, "create_date")
    desk.sweep()
    assert desk.swept() == ["sale.order:398"]


def test_the_service_users_own_files_are_no_news(desk: Desk) -> None:
    number = upload(desk)
    own = {"create_uid": desk.at.odoo.user.id}
    desk.day.box.edit(lambda env: env.db.tables.update("ir.attachment", number, own))
    desk.sweep()
    assert desk.arrivals() == []


def test_more_files_than_a_page_holds_are_seen_whole(desk: Desk) -> None:
    numbers = {upload(desk, name=f"{n}.pdf") for n in range(25)}
    desk.sweeping = desk.sweeping.model_copy(update={"page": 10})
    desk.sweep_all()
    assert desk.swept() == sorted(f"ir.attachment:{number}" for number in numbers)


def test_files_of_document_stores_are_found(desk: Desk) -> None:
    directory = desk.create("dms.directory", name="Confirmations", alias_process="files")
    number = desk.create("dms.file", name="confirmation.pdf", directory_id=directory, content=PDF)
    desk.sweep()
    assert desk.swept() == [f"dms.file:{number}"]


def test_the_rule_and_the_sweep_look_at_the_same_documents() -> None:
    [scenario] = [each for each in _SCENARIOS if each.name == "document"]
    assert {each.model: each.domain for each in scenario.watches} == {
        model: str(domain) if domain else "" for model, domain in UPLOADS.items()
    }
