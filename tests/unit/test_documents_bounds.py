"""Files made to harm end in a warning within their bounds; the reading process lives and dies with its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit import document_hostile as hostile
from tests.unit.document_samples import dutch_invoice_buyer_first
from triage.documents.bounded.process import Bounds, ReaderLost, Readers
from triage.documents.bounded.wire import Frame, Leaf, WireBroken, leaf_frame, leaf_of, receive, send
from triage.documents.glyphs import Glyphs
from triage.documents.reading import READERS, embedded_files, read
from triage.domain import Document, Limits
from triage.errors import InputError

TIGHT = Limits(max_seconds=4, max_memory_bytes=400_000_000)
SAMPLE = dutch_invoice_buyer_first().content
LINUX = sys.platform == "linux"


def pdf(content: bytes) -> Document:
    return Document(name="paper.pdf", media_type="application/pdf", content=content)


def texts(content: bytes, limits: Limits = TIGHT) -> list[str]:
    return [word.text for page in read(pdf(content), limits)[0] for word in page.words]


@pytest.mark.parametrize("make", hostile.ENDED, ids=lambda make: make.__name__)
def test_a_file_without_end_is_refused_in_time(make):
    content = make()
    began = time.monotonic()
    with pytest.raises(InputError, match=r"paper\.pdf: (takes longer|needs more memory|is damaged)"):
        read(pdf(content), TIGHT)
    assert time.monotonic() - began < 10 * TIGHT.max_seconds
    assert texts(hostile.one_page(hostile.stream(hostile.TEXT))) == ["Seen", "here"]


@pytest.mark.parametrize("make", hostile.BORNE, ids=lambda make: make.__name__)
def test_what_a_file_holds_beside_its_text_does_not_hinder(make):
    assert texts(make()) == ["Seen", "here"]


def test_pages_that_hold_themselves_are_damage():
    with pytest.raises(InputError, match="is damaged or cut off"):
        read(pdf(hostile.pages_that_hold_themselves()), TIGHT)


def test_a_font_of_itself_prints_nothing():
    assert texts(hostile.font_of_itself()) == []


def test_two_thousand_pages_are_read_up_to_the_limit():
    pages, warnings = read(pdf(hostile.many_pages(2000)), Limits())
    assert len(pages) == 200
    assert warnings == ("2000 pages: only the first 200 were read",)


def test_pages_before_the_one_that_breaks_off_are_kept():
    heavy = b"q " + b"0 0 m 595 842 l S " * 40 + b"Q "
    contents = iter([hostile.TEXT, hostile.TEXT, hostile.TEXT + heavy * 150_000, hostile.TEXT])
    pages, warnings = read(pdf(hostile.many_pages(4, contents)), Limits(max_file_bytes=200_000_000, max_seconds=3))
    assert [len(page.words) for page in pages] == [2, 2]
    assert len(warnings) == 1
    assert warnings[0].startswith("page 3 ")
    assert warnings[0].endswith("pages from 3 on were not read")


def test_what_is_said_of_many_pages_is_said_once():
    pages, warnings = read(pdf(hostile.many_pages(6, iter([b"0 0 9 9 re f"] * 6))), Limits())
    assert len(pages) == 6
    assert warnings == ("page 1 is an image: install the OCR extra (likewise pages 2-6)",)


@pytest.mark.parametrize(
    "action", [b"/S/JavaScript/JS(app.alert\\(1\\))", b"/S/Launch/F(calc.exe)"], ids=["script", "launch"]
)
def test_what_would_run_is_named_and_not_run(action):
    content = hostile.one_page(hostile.stream(hostile.TEXT), root=b"/OpenAction<<%s>>" % action)
    pages, warnings = read(pdf(content), TIGHT)
    assert [w.text for w in pages[0].words] == ["Seen", "here"]
    assert warnings == ("the file holds a script or would start a program: nothing in it was run",)


def test_a_link_that_starts_a_program_is_named_with_its_page():
    link = b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A<</S/Launch/F(calc.exe)>>>>]"
    _, warnings = read(pdf(hostile.one_page(hostile.stream(hostile.TEXT), page=link)), TIGHT)
    assert "page 1 has a link that would start a program: it was not followed" in warnings


def test_an_embedded_bomb_is_no_file():
    names = b"/Names<</EmbeddedFiles<</Names[(a.xml) 6 0 R]>>>>"
    bomb = hostile.stream(hostile.swollen(600 * hostile.MEGABYTE), hostile.PACKED)
    content = hostile.one_page(
        hostile.stream(hostile.TEXT), b"<</Type/Filespec/F(a.xml)/EF<</F 7 0 R>>>>", bomb, root=names
    )
    (file,) = embedded_files(content, TIGHT)
    assert (file.name, file.content) == ("a.xml", b"")
    assert "unpacked" in file.problem
    assert "the file carries 1 embedded files" in read(pdf(content), TIGHT)[1]


def test_a_long_plain_text_is_cut_and_says_so():
    document = Document(name="a.txt", media_type="text/plain", content=b"word " * 1_000_000)
    (page,), warnings = read(document, Limits())
    assert len(page.words) == 100_000
    assert warnings == ("the text is very long: only its beginning was read",)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, len(SAMPLE)), st.integers(0, len(SAMPLE)), st.binary(max_size=40))
def test_damage_anywhere_is_read_or_refused(start, length, junk):
    try:
        pages, _ = read(pdf(SAMPLE[:start] + junk + SAMPLE[start + length :]), TIGHT)
    except InputError as error:
        assert error.source == "paper.pdf"
    else:
        assert pages


WORDS = st.builds(
    Glyphs,
    st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=12),
    *[st.integers(-99_999, 99_999).map(lambda n: n / 100)] * 5,
    st.integers(0, 3),
)


@given(st.lists(WORDS, max_size=20), st.text(st.characters(exclude_categories=("Cs",)), max_size=40))
def test_a_page_comes_over_the_wire_as_it_was(words, text):
    leaf = Leaf(3, 595.5, 842.25, "text", tuple(words), text, ("page 3: a warning",))
    assert leaf_of(leaf_frame(leaf)) == leaf


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_a_page_of_anything_else_is_refused(head, body):
    for broken in (Frame({"kind": "leaf", "parts": [0, 0, len(body)], "number": 1}, body), Frame({}, head)):
        with pytest.raises(WireBroken):
            leaf_of(broken)


def test_frames_that_break_off_are_refused(tmp_path):
    whole = tmp_path / "frame"
    with whole.open("wb") as out:
        send(out, Frame({"kind": "said"}, b"body"))
    for length in range(whole.stat().st_size):
        part = tmp_path / "part"
        part.write_bytes(whole.read_bytes()[:length])
        with part.open("rb") as source, pytest.raises(WireBroken):
            receive(source)


def test_a_reader_is_used_again():
    texts(SAMPLE)
    before = READERS.pids()
    texts(SAMPLE)
    assert READERS.pids() == before


def test_a_reader_that_was_killed_is_replaced():
    wanted = texts(SAMPLE)
    for pid in READERS.pids():
        os.kill(pid, signal.SIGKILL)
    assert texts(SAMPLE) == wanted


def test_threads_read_at_the_same_time():
    wanted, found = texts(SAMPLE), []
    threads = [threading.Thread(target=lambda: found.extend(texts(SAMPLE) for _ in range(5))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [wanted] * 30


def _texts_and_readers(_: int) -> tuple[list[str], set[int]]:
    return texts(SAMPLE), set(READERS.pids())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_forked_process_has_a_reader_of_its_own():
    wanted, before = texts(SAMPLE), set(READERS.pids())
    with multiprocessing.get_context("fork").Pool(2) as pool:
        answers = pool.map(_texts_and_readers, range(6))
    assert all(found == wanted for found, _ in answers)
    assert all(not readers & before for _, readers in answers)
    assert texts(SAMPLE) == wanted


def test_a_caller_that_stops_in_the_middle_leaves_nothing_in_the_pipe():
    readers = Readers(1)
    request = {"most_pages": 200}
    answers = readers.ask("read", request, hostile.many_pages(50), Bounds(10, 400_000_000))
    next(answers)
    answers.close()
    again = list(readers.ask("read", request, SAMPLE, Bounds(10, 400_000_000)))
    assert [frame.kind for frame in again] == ["said", "leaf"]
    readers.close()


def test_a_reader_holds_no_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    readers = Readers(1)
    list(readers.ask("read", {"most_pages": 1}, SAMPLE, Bounds(10, 400_000_000)))
    if LINUX:
        (pid,) = readers.pids()
        assert b"sk-secret" not in Path(f"/proc/{pid}/environ").read_bytes()
    readers.close()


PARENT = """
import os, sys, threading, time
from triage.documents.reading import READERS, read
from triage.domain import Document, Limits
content = open(sys.argv[1], "rb").read()
threading.Thread(target=lambda: read(Document(name="a.pdf", media_type="application/pdf", content=content),
                                     Limits(max_seconds=60))).start()
while not READERS._taken:
    time.sleep(0.01)
time.sleep(1.0)
print(*(reader.pid for reader in READERS._taken), flush=True)
time.sleep(60)
"""


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not LINUX, reason="looks into /proc")
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_no_reader_outlives_its_parent_even_in_the_middle_of_a_page(ending, tmp_path):
    file = tmp_path / "endless.pdf"
    file.write_bytes(hostile.pattern_bomb())
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(file)], stdout=subprocess.PIPE, text=True)
    reader = int(parent.stdout.readline())
    assert _is_running(reader)
    parent.send_signal(ending)
    parent.wait(10)
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while _is_running(reader) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _is_running(reader)


@pytest.mark.skipif(not LINUX, reason="looks into /proc")
def test_an_interrupt_ends_the_reading_and_the_reader(tmp_path):
    file = tmp_path / "endless.pdf"
    file.write_bytes(hostile.pattern_bomb())
    command = [sys.executable, "-m", "triage", "extract", str(file)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    deadline, readers = time.monotonic() + 30, []
    while not readers and time.monotonic() < deadline:
        time.sleep(0.2)
        readers = _children_of(process.pid)
    time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=20)
    assert readers
    deadline = time.monotonic() + 10
    while any(map(_is_running, readers)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(_is_running, readers))


def _children_of(parent: int) -> list[int]:
    path = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(pid) for pid in path.read_text().split()] if path.exists() else []


def test_a_reader_that_cannot_start_is_said(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(ReaderLost, match="no reading process could be started"):
        list(Readers(1).ask("read", {"most_pages": 1}, SAMPLE, Bounds(5, 400_000_000)))


@pytest.mark.skipif(not LINUX, reason="memory is bounded where the kernel does it")
def test_the_parent_stays_small_whatever_is_read():
    program = (
        "import resource, sys\n"
        "from tests.unit import document_hostile as hostile\n"
        "from tests.unit.test_documents_bounds import TIGHT, pdf, read\n"
        "try: read(pdf(hostile.content_bomb()), TIGHT)\n"
        "except Exception as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    said, most = done.stdout.strip().splitlines()
    assert "needs more memory than is allowed" in said
    assert int(most) < 600
