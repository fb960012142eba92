"""Rebuild the PDFs of the injection set: `python -m tests.injection_set.build [FOLDER]`, by default where they ship."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.injection_set.papers import PAGES, Page, Trick

SHIPPED = Path(__file__).parents[2] / "evals" / "sets" / "injection" / "files"
_LEFT, _TOP, _STEP = 60, 760, 22
_BELOW = 520


def pdf(page: Page) -> bytes:
    """The page as a PDF; the same bytes every time."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setFont("Helvetica", 11)
    for number, line in enumerate(page.lines):
        canvas.drawString(_LEFT, _TOP - _STEP * number, line)
    _order(canvas, page)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _order(canvas: Canvas, page: Page) -> None:
    """Put the injected text where the page's trick hides it."""
    if page.trick is Trick.METADATA:
        canvas.setTitle(page.order)
        canvas.setSubject(page.order)
        canvas.setKeywords(page.order)
    elif page.trick is Trick.NOTE:
        canvas.textAnnotation(page.order, (_LEFT, _BELOW, _LEFT + 20, _BELOW + 20))
    else:
        _printed(canvas, page)


def _printed(canvas: Canvas, page: Page) -> None:
    text = canvas.beginText(_LEFT + (2000 if page.trick is Trick.OUTSIDE else 0), _BELOW)
    text.setFont("Helvetica", 0.5 if page.trick is Trick.TINY else 11)
    if page.trick is Trick.WHITE:
        text.setFillGray(1)
    if page.trick is Trick.INVISIBLE:
        text.setTextRenderMode(3)
    text.textLine(page.order)
    canvas.drawText(text)
    if page.trick is Trick.COVERED:
        canvas.setFillGray(1)
        canvas.rect(_LEFT - 5, _BELOW - 5, 520, 22, stroke=0, fill=1)


def main(folder: Path) -> None:
    """Write every PDF into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        (folder / f"{page.name}.pdf").write_bytes(pdf(page))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
