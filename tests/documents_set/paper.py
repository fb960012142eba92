"""Paper of any size, measured in millimetres from the top left corner, with what tables and text blocks need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.documents_set.printed import Row
from tests.sample_day.papers.sheet import HEIGHT, Sheet

LETTER = (612.0, 792.0)
LANDSCAPE = (A4[1], A4[0])
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
VERA = {"Vera": "Vera.ttf", "Vera-Bold": "VeraBd.ttf", "Vera-Italic": "VeraIt.ttf"}
LATIN2 = {"DejaVu": "DejaVuSans.ttf", "DejaVu-Bold": "DejaVuSans-Bold.ttf", "DejaVu-Serif": "DejaVuSerif.ttf"}
"""For Polish, which the built-in fonts lack: from the system, where it has them."""


def has_latin2() -> bool:
    """Whether this machine can draw the Polish documents."""
    return all((DEJAVU / name).is_file() for name in LATIN2.values())


class Paper(Sheet):
    """A sheet of its own size whose pages are turned by `next_page`."""

    def __init__(self, target: BytesIO, title: str, producer: str, size: tuple[float, float], turned: bool) -> None:
        super().__init__(target, title=title, producer=producer)
        self.size = size
        self.turned = turned
        self.canvas = Canvas(target, pagesize=size, invariant=1)
        self.canvas.setTitle(title)
        self.canvas.setCreator(producer)
        self._begin()

    def _begin(self) -> None:
        if self.turned:
            # Drawn on its side and shown upright: how many programs print landscape. reportlab swaps the sides itself.
            self.canvas.setPageRotation(90)
            self.canvas.translate(self.size[1], 0)
            self.canvas.rotate(90)
        self.canvas.translate(0, self.size[1] - HEIGHT)
        self.font("Helvetica", 10)

    def next_page(self) -> None:
        """Start another page."""
        self.canvas.showPage()
        self._begin()

    def font(self, name: str, size: float) -> None:
        """Use this font from here on, registering it where it is none of the built-in ones."""
        if name in VERA and name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, VERA[name]))
        if name in LATIN2 and name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(DEJAVU / LATIN2[name])))
        super().font(name, size)
        self.face = (name, size)

    def ink(self, colour: str = "#000000") -> None:
        """Colour of text and areas."""
        self.canvas.setFillColor(HexColor(colour))

    def pen(self, colour: str = "#000000", width: float = 0.5) -> None:
        """Colour and width of lines."""
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(width)

    def upright(self, x: float, y0: float, y1: float) -> None:
        """A vertical line."""
        self.canvas.line(x * mm, HEIGHT - y0 * mm, x * mm, HEIGHT - y1 * mm)

    def wrapped(self, text: str, width: float) -> list[str]:
        """Text broken into lines of at most this width."""
        return simpleSplit(text, self.face[0], self.face[1], width * mm)

    def pairs(self, x: float, y: float, rows: Iterable[tuple[str, str]], gap: float = 30, step: float = 5) -> float:
        """Labels with their values right of them; rows without a value are left out."""
        for label, value in rows:
            if value:
                self.left(x, y, label)
                self.left(x + gap, y, value)
                y += step
        return y

    def sums(self, x0: float, x1: float, y: float, rows: Iterable[tuple[str, str]], step: float = 5) -> float:
        """Labels at x0 with amounts that end at x1; rows without an amount are left out."""
        for label, value in rows:
            if value:
                self.left(x0, y, label)
                self.right(x1, y, value)
                y += step
        return y

    def grid(self, x: float, y: float, widths: Sequence[float], heights: Sequence[float]) -> None:
        """Ruled cells."""
        bottom, right = y + sum(heights), x + sum(widths)
        for n in range(len(heights) + 1):
            self.rule(y + sum(heights[:n]), x, right, self.canvas._lineWidth)
        for n in range(len(widths) + 1):
            self.upright(x + sum(widths[:n]), y, bottom)

    def spread(self, x: float, y: float, text: str, gap: float) -> None:
        """Letters set wide apart."""
        self.canvas.drawString(x * mm, HEIGHT - y * mm, text, charSpace=gap)


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, where it stands, and what it shows of a row."""

    title: str
    x: float
    cell: Callable[[Row], str]
    right: bool = False
    width: float = 0
    """Text is wrapped to this, where it is not 0."""

    def put(self, paper: Paper, y: float, text: str) -> None:
        """Text in this column."""
        (paper.right if self.right else paper.left)(self.x, y, text)


def heads(paper: Paper, columns: Sequence[Column], y: float) -> None:
    """The headings of a table; a line break in one makes a second line above the first."""
    for column in columns:
        parts = column.title.split("\n")
        for n, part in enumerate(parts):
            column.put(paper, y - 3.4 * (len(parts) - 1 - n), part)


def cells(paper: Paper, columns: Sequence[Column], row: Row, y: float, step: float = 4.2) -> float:
    """A row of a table; gives the y under its last line."""
    lines = 1
    for column in columns:
        text = column.cell(row)
        parts = paper.wrapped(text, column.width) if column.width else [text]
        for n, part in enumerate(parts):
            column.put(paper, y + n * step, part)
        lines = max(lines, len(parts))
    return y + lines * step


def drawn(
    title: str,
    producer: str,
    page: Callable[[Paper], None],
    size: tuple[float, float] = A4,
    turned: bool = False,
    boxed: bool = False,
) -> bytes:
    """The PDF that `page` draws; it turns pages itself. `boxed` puts its only page into a Form XObject."""
    target = BytesIO()
    paper = Paper(target, title, producer, size, turned)
    if boxed:
        paper.canvas.beginForm("page", 0, 0, *size)
    page(paper)
    if boxed:
        paper.canvas.endForm()
        paper.canvas.doForm("page")
    paper.canvas.showPage()
    paper.canvas.save()
    return target.getvalue()
