"""The sample day is what its builder makes, and it holds what it is said to hold."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from stdnum import iban
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat

from tests.sample_day.build import SHIPPED, build
from tests.sample_day.papers import PAPERS
from triage.domain import SUBTYPES, Case, Category, Company, Partner, Role, Side
from triage.sample_day import folder

EXPECTED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "sample_day" / "expected.json").read_text(encoding="utf-8")
)
ODOO = json.loads((SHIPPED / "odoo.json").read_text(encoding="utf-8"))
PARTNERS = [Partner.model_validate(entry) for entry in ODOO["partners"]]
CASES = {entry["record"]["name"]: Case.model_validate(entry) for entry in ODOO["cases"]}
MAILS = sorted((SHIPPED / "mails").glob("*.eml"))
FILED = sorted((SHIPPED / "cases").glob("*.json"))


def _mail(path: Path) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(path.read_bytes())  # type: ignore[arg-type, return-value]


def _contents(mail: EmailMessage) -> Iterator[tuple[str, str | None, str]]:
    """Type, file name and text of each part; of pictures and scans only that they are there."""
    for part in mail.walk():
        if part.is_multipart():
            continue
        name = part.get_filename()
        if part.get_content_type() == "application/pdf":
            yield "pdf", name, _pdf_text(part.get_content())
        elif part.get_content_maintype() == "text":
            yield part.get_content_type(), name, part.get_content().replace("\r\n", "\n")
        else:
            yield part.get_content_type(), name, ""


def _pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages)


def _headers(mail: EmailMessage) -> list[tuple[str, str]]:
    return sorted((name, str(value)) for name, value in mail.items() if not name.lower().startswith("content-"))


def _text(mail: EmailMessage) -> str:
    return "\n".join(text for kind, _, text in _contents(mail) if kind.startswith("text/"))


def _sender(mail: EmailMessage) -> str:
    return parseaddr(str(mail["From"]))[1].lower()


def _thread_files(name: str) -> list[str]:
    return EXPECTED[name].get("messages", [name])


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("day")
    build(target)
    return target


def test_folder_is_the_shipped_one() -> None:
    with folder() as day:
        assert {path.name for path in day.iterdir()} >= {"mails", "cases", "odoo.json", "README.md"}


def test_the_builder_makes_the_same_files(rebuilt: Path) -> None:
    for part in ("mails", "cases"):
        assert [p.name for p in sorted((rebuilt / part).iterdir())] == [
            p.name for p in sorted((SHIPPED / part).iterdir())
        ]


@pytest.mark.parametrize("name", [path.name for path in MAILS])
def test_a_mail_is_as_built(rebuilt: Path, name: str) -> None:
    ours, again = _mail(SHIPPED / "mails" / name), _mail(rebuilt / "mails" / name)
    assert _headers(ours) == _headers(again)
    assert list(_contents(ours)) == list(_contents(again))


@pytest.mark.parametrize("name", ["odoo.json", *(f"cases/{path.name}" for path in FILED)])
def test_json_is_as_built(rebuilt: Path, name: str) -> None:
    assert json.loads((rebuilt / name).read_text("utf-8")) == json.loads((SHIPPED / name).read_text("utf-8"))


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_a_mail_is_well_formed(path: Path) -> None:
    mail = _mail(path)
    assert [defect for part in mail.walk() for defect in part.defects] == []
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+\.example>", str(mail["Message-ID"]).strip())
    sent = parsedate_to_datetime(str(mail["Date"]))
    assert sent.utcoffset() is not None
    assert sent <= datetime.fromisoformat(ODOO["captured_at"])
    assert "\ufffd" not in _text(mail)


def test_message_ids_are_unique_and_threads_hold_together() -> None:
    ids = Counter(str(_mail(path)["Message-ID"]) for path in MAILS)
    assert max(ids.values()) == 1
    for name in EXPECTED:
        _, *answers = _thread_files(name)
        before = {str(_mail(SHIPPED / "mails" / file)["Message-ID"]) for file in _thread_files(name) if answers}
        for file in answers:
            assert str(_mail(SHIPPED / "mails" / file)["In-Reply-To"]) in before


def test_mails_of_a_thread_are_in_order_of_time() -> None:
    for name in EXPECTED:
        if not name.endswith(".json"):
            sent = [parsedate_to_datetime(str(_mail(SHIPPED / "mails" / f)["Date"])) for f in _thread_files(name)]
            assert sent == sorted(sent)


def test_every_file_is_expected_exactly_once() -> None:
    files = Counter(file for name in EXPECTED for file in _thread_files(name))
    assert set(files) == {path.name for path in (*MAILS, *FILED)}
    assert max(files.values()) == 1


def test_expectations_speak_of_what_there_is() -> None:
    filed = {path.stem for path in FILED}
    for name, expected in EXPECTED.items():
        named = {
            expected["record"],
            *expected.get("candidates", []),
            *expected.get("refused", []),
        }
        assert named - {None} <= (filed if name.endswith(".json") else set(CASES))
        assert set(expected["subtypes"]) <= set(SUBTYPES[Category(expected["category"])])
        assert {Category(code) for code in (*expected["acceptable"], *expected.get("secondary", []))} <= set(Category)
        assert Side(expected["side"])
        assert expected["why"]
        assert expected["key_point"]


def test_every_category_and_language_is_there() -> None:
    written = [expected for name, expected in EXPECTED.items() if name.endswith(".eml")]
    assert len(written) >= 20
    assert {expected["category"] for expected in written} == {category.value for category in Category}
    spoken = Counter(expected["language"] for expected in written)
    assert spoken.keys() == {"en", "nl", "de", "fr", "es"}
    assert all(count >= 3 for count in spoken.values())
    assert {expected["side"] for expected in written} == {side.value for side in Side}


def test_everybody_who_writes_is_known_but_one() -> None:
    known = {address.lower() for partner in PARTNERS for address in partner.emails}
    strangers = {path.name for path in MAILS if _sender(_mail(path)) not in known}
    assert strangers == {name for name, expected in EXPECTED.items() if expected.get("unknown_sender")}


def test_all_kinds_of_senders_write() -> None:
    role = {address.lower(): partner.role for partner in PARTNERS for address in partner.emails}
    assert {role.get(_sender(_mail(path)), Role.UNKNOWN) for path in MAILS} == set(Role)


def test_customers_and_suppliers_write_about_their_own_records() -> None:
    for name, expected in EXPECTED.items():
        if expected["record"] is None or not name.endswith(".eml"):
            continue
        partner = CASES[expected["record"]].partner
        sender = _sender(_mail(SHIPPED / "mails" / name))
        theirs = next(p for p in PARTNERS if sender in p.emails)
        if theirs.role in (Role.CUSTOMER, Role.SUPPLIER):
            assert theirs == partner


def test_linked_mails_name_something_of_their_record() -> None:
    for name, expected in EXPECTED.items():
        if expected["record"] is None or not name.endswith(".eml"):
            continue
        case = CASES[expected["record"]]
        head = [case.order.client_order_ref] if case.order else []
        numbers = [case.record.name, *head, *(s.tracking for s in case.shipments), *(i.ref.name for i in case.invoices)]
        mails = [_mail(SHIPPED / "mails" / file) for file in _thread_files(name)]
        said = "\n".join(f"{mail['Subject']}\n{_text(mail)}" for mail in mails)
        assert any(number and number in said for number in numbers), name


def test_the_ambiguous_mail_names_no_number_and_its_sender_has_two_open_orders() -> None:
    mail = _mail(SHIPPED / "mails" / "06-zuiderzee-1.eml")
    assert not re.search(r"\b[SP]0\d{4}\b", _text(mail))
    open_orders = [c for c in CASES.values() if c.partner and _sender(mail) in c.partner.emails and c.order]
    assert {case.record.name for case in open_orders} == set(EXPECTED["06-zuiderzee-1.eml"]["candidates"])


def test_a_number_of_somebody_else_is_named_once() -> None:
    mail = _mail(SHIPPED / "mails" / "23-degroot-1.eml")
    named = CASES["S00405"]
    assert "S00405" in _text(mail)
    assert named.partner is not None
    assert _sender(mail) not in named.partner.emails


def test_hidden_orders_to_software_are_only_in_the_markup() -> None:
    mail = _mail(SHIPPED / "mails" / "14-harbour-3.eml")
    assert mail.get_content_type() == "text/html"
    assert "ignore previous instructions" in _text(mail)
    assert "color:#ffffff" in _text(mail)


def test_mails_are_packed_in_several_ways() -> None:
    parts = [part for path in MAILS for part in _mail(path).walk()]
    assert {part.get_content_charset() for part in parts} >= {"utf-8", "iso-8859-1", "windows-1252"}
    assert {"multipart/mixed", "multipart/alternative", "multipart/related"} <= {p.get_content_type() for p in parts}
    assert sum(_mail(path).get_content_type() == "text/html" for path in MAILS) >= 2
    assert sum("Auto-Submitted" in _mail(path) for path in MAILS) == 2
    assert sum(b"\r\n" in path.read_bytes() for path in MAILS) >= 1


def test_the_record_book_validates() -> None:
    company = Company.model_validate(ODOO["company"])
    assert len(CASES) == len(ODOO["cases"])
    for case in CASES.values():
        assert case.company == company
        assert case.captured_at == datetime.fromisoformat(ODOO["captured_at"])
        assert case.partner in PARTNERS
        assert not case.messages


@pytest.mark.parametrize("path", FILED, ids=lambda path: path.stem)
def test_a_filed_case_validates(path: Path) -> None:
    case = Case.model_validate_json(path.read_bytes())
    assert case.record.name == path.stem
    assert not case.messages
    assert case.record.name not in CASES


def test_ids_are_not_shared() -> None:
    cases = [*CASES.values(), *(Case.model_validate_json(path.read_bytes()) for path in FILED)]
    transfers = Counter(s.ref for case in cases for s in case.shipments)
    moves = Counter(move.id for case in cases for move in case.moves)
    invoices = Counter(invoice.ref for case in cases for invoice in case.invoices)
    lines = Counter(line.id for case in cases for line in case.lines)
    for counted in (transfers, invoices, lines):
        assert [what for what, count in counted.items() if count > 1] == []
    assert [what for what, count in moves.items() if count > 1] == []


def test_related_orders_are_the_partners_other_orders() -> None:
    related = [(case, order) for case in CASES.values() for order in case.related]
    assert len(related) >= 4
    for case, order in related:
        other = CASES[order.ref.name]
        assert order == other.order
        assert other.partner == case.partner
        assert other.record != case.record


def test_what_is_wrong_can_be_computed() -> None:
    assert CASES["S00412"].lines[0].unit_price != CASES["S00412"].lines[0].list_price
    backorder = CASES["S00377"].lines[0]
    assert backorder.quantity - backorder.delivered == 40
    assert backorder.reserved == 0
    harbour = CASES["S00430"]
    assert harbour.partner is not None
    credit = harbour.partner.credit
    assert credit is not None
    assert credit.limit is not None
    assert credit.receivable > credit.limit
    assert sum(invoice.amount_residual for invoice in harbour.invoices) == credit.receivable
    assert [invoice.ref.name for invoice in harbour.invoices if invoice.disputed] == ["INV/2026/00702"]
    first, second = CASES["S00435"].order, CASES["S00436"].order
    assert first is not None
    assert second is not None
    assert first.client_order_ref == second.client_order_ref


@pytest.mark.parametrize("name", sorted(PAPERS))
def test_papers_are_drawn_alike_each_time(name: str) -> None:
    assert PAPERS[name]() == PAPERS[name]()


def test_only_the_scan_has_no_text() -> None:
    silent = {name for name, draw in PAPERS.items() if not _pdf_text(draw()).strip()}
    assert silent == {"hammerl.pdf"}


@pytest.mark.parametrize(
    ("paper", "order", "agrees"),
    [
        ("hohenfels.pdf", "P00187", False),
        ("pinnacle.pdf", "P00191", True),
        ("vercors.pdf", "P00178", True),
        ("ebro.pdf", "P00183", False),
    ],
)
def test_a_papers_total_against_its_order(paper: str, order: str, agrees: bool) -> None:
    ordered = CASES[order].purchases[0].amount_total
    assert ordered is not None
    printed = {
        Decimal(re.sub(r"\D", "", amount)) / 100
        for amount in re.findall(r"\d[\d., \xa0]*[.,]\d\d\b", _pdf_text(PAPERS[paper]()))
    }
    assert (ordered in printed) is agrees


def test_numbers_have_right_check_digits() -> None:
    for partner in PARTNERS:
        if partner.vat:
            check = gb_vat if partner.vat.startswith("GB") else eu_vat
            assert check.is_valid(partner.vat), partner.name
    text = "".join(_pdf_text(draw()) for draw in PAPERS.values())
    accounts = [
        number.replace(" ", "") for number in re.findall(r"\b[A-Z]{2}\d\d(?: ?[A-Z0-9]{4}){3,6}(?: ?\d{1,3})?", text)
    ]
    assert len(accounts) >= 4
    assert [account for account in accounts if not iban.is_valid(account)] == []


def test_nothing_points_into_the_real_world() -> None:
    texts = [(SHIPPED / "odoo.json").read_text("utf-8"), *(path.read_text("utf-8") for path in FILED)]
    for path in MAILS:
        mail = _mail(path)
        texts += ["\n".join(value for _, value in _headers(mail)), *(text for _, _, text in _contents(mail))]
    said = "\n".join(texts)
    domains = re.findall(r"[\w.+$-]+@([\w.-]+\w)", said) + re.findall(r"(?:https?://|www\.)([\w.-]+\w)", said)
    assert len(domains) > 100
    assert {domain for domain in domains if not domain.endswith(".example") and not domain.startswith("logo.")} <= set()


def test_it_is_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.suffix != ".pyc") < 2_500_000
