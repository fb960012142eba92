"""Sweeps find uploaded documents, which change neither the record that they hang on nor its thread."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.sweeping import Desk, desk_at
from tests.unit.opened_store import Opened
from triage.odoo.sandbox import DEFAULT_APPS, App
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
    """Uploads are swept: `sweep.models` names them."""
    with Opened(tmp_path) as opened, desk_at(day, opened) as found:
        yield with_uploads(found)


@pytest.fixture(scope="module")
def enterprise() -> Iterator[SampleDay]:
    with sample_day(18, apps={*DEFAULT_APPS, App.DOCUMENTS}) as found:
        yield found


@pytest.fixture
def documents(enterprise: SampleDay, tmp_path: Path) -> Iterator[Desk]:
    """The same with Enterprise Documents."""
    with Opened(tmp_path) as opened, desk_at(enterprise, opened) as found:
        yield with_uploads(found)


def with_uploads(desk: Desk, *models: str) -> Desk:
    chosen = (*desk.sweeping.models, *(models or UPLOADS))
    desk.sweeping = desk.sweeping.model_copy(update={"models": chosen})
    desk.sweep()
    return desk


def posted(desk: Desk, model: str, record: int, kind: str, file: int) -> int:
    """Odoo, or somebody, posts a file on a record, now by the test's clock."""

    def post(env: Any) -> int:
        found = env[model].browse(record).message_post(body="Shipment created", message_type=kind)
        env.db.tables.update("mail.message", found.id, {"attachment_ids": (file,)})
        return int(found.id)

    message = int(desk.day.box.edit(post, user=2))
    desk.stamp("mail.message", [message], desk.clock.now, "create_date")
    return message


def of_kind(desk: Desk, move_type: str) -> int:
    return int(desk.day.box.edit(lambda env: env["account.move"].search([("move_type", "=", move_type)], limit=1).id))


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


def test_uploads_are_swept_only_where_it_is_asked_for(day: SampleDay, tmp_path: Path) -> None:
    with Opened(tmp_path) as opened, desk_at(day, opened) as plain:
        upload(plain)
        plain.sweep()
        assert plain.arrivals() == []


def test_a_file_that_came_with_a_message_is_read_with_it(desk: Desk) -> None:
    number = upload(desk)
    posted(desk, "sale.order", 398, "comment", number)
    desk.sweep()
    assert desk.swept() == ["sale.order:398"]


@pytest.mark.parametrize("kind", ["notification", "auto_comment", "email_outgoing"])
@pytest.mark.parametrize("model", ["stock.picking", "sale.order", "out_invoice"])
def test_papers_that_odoo_made_itself_are_nobodys_upload(desk: Desk, model: str, kind: str) -> None:
    record = of_kind(desk, model) if model == "out_invoice" else 1 if model == "stock.picking" else 398
    model = "account.move" if model == "out_invoice" else model
    posted(desk, model, record, kind, upload(desk, name="Label.pdf", res_model=model, res_id=record))
    desk.sweep()
    assert desk.arrivals() == []


@pytest.mark.parametrize("model", ["in_invoice", "purchase.order"])
def test_a_file_that_a_notification_brings_to_a_suppliers_paper_is_an_upload(desk: Desk, model: str) -> None:
    def bill(env: Any) -> int:
        journal = env["account.move"].search([("move_type", "=", "out_invoice")], limit=1).journal_id.id
        return int(env["account.move"].create({"move_type": "in_invoice", "journal_id": journal}).id)

    record = int(desk.day.box.edit(bill)) if model == "in_invoice" else 1
    model = "account.move" if model == "in_invoice" else model
    number = upload(desk, res_model=model, res_id=record)
    posted(desk, model, record, "notification", number)
    desk.sweep()
    assert desk.swept() == [f"ir.attachment:{number}"]


def test_a_file_that_documents_mirrors_is_found_once(documents: Desk) -> None:
    file = upload(documents)
    documents.create("documents.document", name="confirmation.pdf", type="binary", attachment_id=file)
    own = documents.create("documents.document", name="scan.pdf", type="binary")
    documents.sweep()
    assert documents.swept() == [f"documents.document:{own}", f"ir.attachment:{file}"]


def test_what_documents_mirrors_of_odoos_own_papers_is_no_upload_either(enterprise: SampleDay, tmp_path: Path) -> None:
    with Opened(tmp_path) as opened, desk_at(enterprise, opened) as plain:
        desk = with_uploads(plain, "documents.document")
        label = upload(desk, name="Label.pdf", res_model="stock.picking", res_id=1)
        posted(desk, "stock.picking", 1, "notification", label)
        desk.create("documents.document", name="Label.pdf", type="binary", attachment_id=label)
        shown = desk.create("documents.document", name="c.pdf", type="binary", attachment_id=upload(desk))
        desk.sweep()
        assert desk.swept() == [f"documents.document:{shown}"]


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
