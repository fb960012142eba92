"""What a long document holds in memory, by the word and by the value: the interpreter tells, whatever the machine."""

from __future__ import annotations

import gc
import tracemalloc

from evals.document_load import long_file
from triage.documents.finding import find
from triage.documents.reading import read
from triage.domain import Document, Limits, Page
from triage.tasks.extract.embedded import EmbeddedExtractor

PAGES, ROWS = 6, 240
BYTES_A_WORD = 550
"""With its box, its text and its place in the page's own text. A model each took about a kilobyte."""
BYTES_A_LINE = 11_000
"""At the highest, while fields are found: eleven words and six values a line."""


def long_document() -> Document:
    return Document(name="long.pdf", media_type="application/pdf", content=long_file(PAGES, ROWS))


def pages() -> tuple[Page, ...]:
    return read(long_document(), Limits())[0]


def test_words_are_slim() -> None:
    pages()  # what is loaded once is loaded now
    gc.collect()
    tracemalloc.start()
    try:
        found = pages()
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    words = sum(len(page.words) for page in found)
    assert words > 10 * ROWS
    assert held / words < BYTES_A_WORD


def test_finding_holds_little_beyond_the_words() -> None:
    found = pages()
    find(found)
    gc.collect()
    tracemalloc.start()
    try:
        assert len(find(found).lines) == ROWS
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak / ROWS < BYTES_A_LINE


def test_every_row_of_the_long_file_is_found_and_adds_up() -> None:
    paper = EmbeddedExtractor().invoke(long_document())
    amounts = [line.fields["net_amount"].value for line in paper.lines]
    assert len(amounts) == ROWS
    assert paper.fields["net_total"].value == sum(amounts)
    assert {line.fields["quantity"].confidence for line in paper.lines} != {None}


def test_equal_values_share_one_confidence() -> None:
    paper = EmbeddedExtractor().invoke(long_document())
    assert len({id(line.fields["quantity"].confidence) for line in paper.lines}) <= 3
