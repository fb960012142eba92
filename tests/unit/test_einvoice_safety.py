"""XML and PDFs made to harm: nothing is expanded, fetched or unpacked without bound, and nothing is raised."""

from __future__ import annotations

import io
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from tests.einvoice_set import sample
from tests.unit.document_samples import american_invoice
from triage.documents.einvoice.attachments import AttachmentLimits, EmbeddedFile, embedded_files
from triage.documents.einvoice.reading import read_electronic
from triage.documents.einvoice.tree import MOST_BYTES, parse_xml
from triage.errors import InputError

LAUGHS = b"<!DOCTYPE a [<!ENTITY a0 'ha'>%s]><a>&a9;</a>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (n + 1, b"&a%d;" % n * 10) for n in range(9)
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (LAUGHS, "document type definition|not well-formed"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>', "document type definition"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type definition"),
        ('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"), "document type definition"),
        (b"<a>" * 60 + b"</a>" * 60, "nested deeper"),
        (b"<a>" * 5000 + b"</a>" * 5000, "nested deeper|not well-formed"),
        (b"<a>" + b"<b/>" * 1_000_001 + b"</a>", "more elements"),
        (b"<a>" + b" " * MOST_BYTES + b"</a>", "at most 10,000,000 bytes"),
        (b"<a><b></a>", "not well-formed"),
        (b"", "not well-formed"),
        (b"\x00\x01\x02", "not well-formed"),
        (b"<a>&undefined;</a>", "not well-formed"),
        (b"<%s>" % (b"a" * 40_000) + b"<b/>" * 30_000 + b"</%s>" % (b"a" * 40_000), "longer names"),
        (b"<a xmlns='%s'>" % (b"u" * 1_000_000) + b"<b/>" * 30_000 + b"</a>", "longer names"),
        (b"<a xmlns:n='%s'><b n:c='1'/></a>" % (b"u" * 1_000), "longer names"),
    ],
)
def test_harmful_and_broken_xml_is_refused_at_once(content: bytes, said: str) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match=said):
        parse_xml(content, "a.xml")
    assert time.monotonic() - began < 5


SAMPLE = sample("ubl_invoice")


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(SAMPLE) - 1), junk=st.binary(min_size=1, max_size=30))
def test_a_damaged_xml_is_read_or_refused(at: int, junk: bytes) -> None:
    try:
        read_electronic(SAMPLE[:at] + junk + SAMPLE[at + len(junk) :], "a.xml")
    except InputError as error:
        assert error.problem


def pdf(*files: tuple[str, bytes], listed: bool = True, password: str = "") -> bytes:
    """A PDF with files in its tree of embedded files, or (not `listed`) only among its associated files."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(american_invoice().content)))
    for name, content in files:
        if listed:
            writer.add_attachment(name, content)
            continue
        stream = DecodedStreamObject()
        stream.set_data(content)
        specification = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Filespec"),
                NameObject("/F"): TextStringObject(name),
                NameObject("/EF"): DictionaryObject({NameObject("/F"): writer._add_object(stream.flate_encode())}),
            }
        )
        root = writer._root_object
        array = root.setdefault(NameObject("/AF"), ArrayObject())
        array.append(writer._add_object(specification))
    if password:
        writer.encrypt(user_password="", owner_password=password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml", "order-x.xml", "other.xml"])
@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("password", ["", "secret"])
def test_xml_is_found_wherever_it_is_listed(name: str, listed: bool, password: str) -> None:
    assert embedded_files(pdf((name, SAMPLE), listed=listed, password=password)) == [EmbeddedFile(name, SAMPLE)]


def test_the_usual_names_come_first_and_other_files_are_left() -> None:
    content = pdf(("a.xml", b"<a/>"), ("photo.png", b"png"), ("Factur-X.xml", b"<b/>"), ("order-x.xml", b"<c/>"))
    assert [file.name for file in embedded_files(content)] == ["Factur-X.xml", "order-x.xml", "a.xml"]


def test_a_folder_in_a_name_is_dropped() -> None:
    (found,) = embedded_files(pdf(("../../etc/factur-x.xml", b"<a/>")))
    assert found.name == "factur-x.xml"


def bomb(filters: list[str], data: bytes, **more: object) -> bytes:
    """A PDF whose file is packed by these filters."""
    content = pdf(("factur-x.xml", b"<a/>"))
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    stream = next(
        one
        for one in (reference.get_object() for reference in writer._objects)
        if isinstance(one, StreamObject) and one.get("/Type") == "/EmbeddedFile"
    )
    stream._data = data
    stream[NameObject("/Filter")] = ArrayObject([NameObject(one) for one in filters])
    for key, value in more.items():
        stream[NameObject(f"/{key}")] = value
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_bomb_is_not_unpacked() -> None:
    content = bomb(["/FlateDecode"], zlib.compress(b" " * 200_000_000, 9))
    assert len(content) < 1_000_000
    (found,) = embedded_files(content)
    assert found.content == b""
    assert found.problem == "has more than 10,000,000 bytes unpacked and was not read"


def test_a_bomb_in_a_bomb_is_not_opened() -> None:
    inner = zlib.compress(b" " * 50_000_000, 9)
    (found,) = embedded_files(bomb(["/FlateDecode", "/FlateDecode"], zlib.compress(inner)))
    assert found.problem.startswith("is packed as /FlateDecode /FlateDecode")


@pytest.mark.parametrize("name", ["/LZWDecode", "/RunLengthDecode", "/JBIG2Decode", "/Crypt"])
def test_other_packings_are_named_not_opened(name: str) -> None:
    (found,) = embedded_files(bomb([name], b"x"))
    assert name in found.problem


def test_all_files_together_are_bounded() -> None:
    content = pdf(*((f"{n}.xml", bytes([65 + n]) * 1000) for n in range(9)))
    limits = AttachmentLimits(file_bytes=1000, total_bytes=2500, files=5)
    found = embedded_files(content, limits)
    assert [len(file.content) for file in found] == [1000, 1000, 0, 0, 0]
    assert "more than 500 bytes" in found[2].problem


def test_a_tree_that_leads_back_to_itself_ends() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(("factur-x.xml", SAMPLE)))))
    tree = writer._root_object["/Names"].get_object()["/EmbeddedFiles"].get_object()
    tree[NameObject("/Kids")] = ArrayObject([writer._add_object(tree), writer._add_object(tree)])
    out = io.BytesIO()
    writer.write(out)
    assert embedded_files(out.getvalue()) == [EmbeddedFile("factur-x.xml", SAMPLE)]


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7 /EmbeddedFile", b"\x00" * 100 + b"/AF", american_invoice().content]
)
def test_a_pdf_without_files_or_sense_has_none(content: bytes) -> None:
    assert embedded_files(content) == []


WHOLE = pdf(("factur-x.xml", SAMPLE))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, len(WHOLE) - 1), junk=st.binary(min_size=1, max_size=60))
def test_a_damaged_pdf_never_raises(at: int, junk: bytes) -> None:
    for file in embedded_files(WHOLE[:at] + junk + WHOLE[at + len(junk) :]):
        assert len(file.content) <= MOST_BYTES
