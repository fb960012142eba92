"""Long documents: the work grows with their lines, not with the square of them."""

from __future__ import annotations

import time
from decimal import Decimal

from triage.documents.einvoice.checks import checks_of
from triage.documents.einvoice.model import Figures, LineFigures, TaxRow
from triage.domain import Document, Limits, Page
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.verify.pages import verify_paper
from triage.verify.quotes import Placed

HEAD = "Order confirmation AC-2231     Date: 3 May 2026\nAcme Supplies Ltd\nYour order: P00187\n\n"
COLUMNS = "Item no.      Description                Quantity  Unit   Unit price      Amount\n"


def confirmation(lines: int) -> Document:
    """A text whose lines have all one price."""
    rows = "".join(f"AC-{n:05}      Hex bolt of {n:05} mm         {n:8}  pcs {1.5:12.2f} {n * 1.5:11.2f}\n"
                   for n in range(1, lines + 1))  # fmt: skip
    total = 0.75 * lines * (lines + 1)
    content = f"{HEAD}{COLUMNS}{rows}\nNet total EUR {total:.2f}\n".encode()
    return Document(name="long.txt", media_type="text/plain", content=content)


def seconds(lines: int) -> float:
    began = time.process_time()
    paper = verify_paper(EmbeddedExtractor(Limits()).invoke(confirmation(lines)))
    taken = time.process_time() - began
    assert len(paper.lines) == lines
    assert all(check.passed for check in paper.checks)
    assert all(found.verified for line in paper.lines for found in line.fields.values())
    return taken


def test_three_times_the_lines_take_about_three_times_as_long() -> None:
    seconds(20)  # what is loaded once is loaded now
    assert seconds(750) < 6 * seconds(250)


def test_words_are_found_by_their_height_in_reading_order() -> None:
    content = "one two\nthree four\nfive six"
    paper = EmbeddedExtractor().invoke(Document(name="a.txt", media_type="text/plain", content=content.encode()))
    page: Page = paper.pages[0]
    placed = Placed(page)
    assert [word.text for word in placed.between(10, 18)] == ["three", "four"]
    assert [word.text for word in placed.between(0, 18)] == ["one", "two", "three", "four"]
    assert placed.inside(page.words[3].box) == "four"
    assert placed.between(90, 80) == placed.between(70, 80) == []


def test_many_tax_rows_and_lines_are_checked_at_once() -> None:
    rate = [Decimal(n) / 100 for n in range(4_000)]
    lines = tuple(LineFigures(str(n), net=Decimal(1), category="S", rate=each) for n, each in enumerate(rate))
    taxes = tuple(TaxRow(Decimal(1 + (n == 7)), None, "S", each) for n, each in enumerate(rate))
    began = time.process_time()
    checks = checks_of(Figures(lines=lines, taxes=taxes))
    assert time.process_time() - began < 2
    bases = [check for check in checks if check.name.startswith("tax_base:")]
    assert len(bases) == 4_000
    assert [check.name for check in bases if not check.passed] == ["tax_base:S:0.07"]
