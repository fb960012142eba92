"""Documents whose text flows: paragraphs and tables that find their own widths and page breaks.

Another way of printing than `paper`, where every word has its place: cells wrap, rows grow, headings repeat on the next
page, and a foot stands on every page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table, TableStyle

from tests.documents_set.paper import DEJAVU
from tests.documents_set.printed import Proof, Row

ALIGN = {"l": 0, "c": 1, "r": 2}
FACES = {
    "Helvetica": "Helvetica-Bold",
    "Times-Roman": "Times-Bold",
    "Courier": "Courier-Bold",
    "DejaVu": "DejaVu-Bold",
    "Serif": "Serif-Bold",
    "Narrow": "Narrow-Bold",
}
_FILES = {
    "DejaVu": "DejaVuSans",
    "Serif": "DejaVuSerif",
    "Narrow": "DejaVuSansCondensed",
}


@dataclass(frozen=True)
class Col:
    """A column: heading, width in millimetres, what it shows of a row, and its side (`l`, `c`, `r`)."""

    title: str
    width: float
    cell: Callable[[Row], str]
    side: str = "l"


def _registered(face: str) -> None:
    if face in _FILES and face not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(face, str(DEJAVU / f"{_FILES[face]}.ttf")))
        pdfmetrics.registerFont(TTFont(f"{face}-Bold", str(DEJAVU / f"{_FILES[face]}-Bold.ttf")))


class Flow:
    """A document that grows from top to bottom."""

    def __init__(
        self, proof: Proof, face: str = "Helvetica", size: float = 9, page: tuple[float, float] = A4, margin: float = 18
    ) -> None:
        _registered(face)
        self.proof, self.face, self.size, self.page, self.margin = proof, face, size, page, margin
        self.story: list[Flowable] = []
        self._feet: list[tuple[float, Sequence[str]]] = []

    @property
    def width(self) -> float:
        """Of the text, in millimetres."""
        return self.page[0] / mm - 2 * self.margin

    def par(self, text: str, size: float = 0, bold: bool = False, side: str = "l", ink: str = "#000000") -> Paragraph:
        """A paragraph; a line break in the text is one on paper."""
        size = size or self.size
        style = ParagraphStyle(
            "p", fontName=FACES[self.face] if bold else self.face, fontSize=size, leading=size * 1.28,
            alignment=ALIGN[side], textColor=HexColor(ink),
        )  # fmt: skip
        return Paragraph(escape(text).replace("\n", "<br/>"), style)

    def say(self, text: str, size: float = 0, bold: bool = False, side: str = "l", ink: str = "#000000") -> None:
        """Put a paragraph."""
        self.story.append(self.par(text, size, bold, side, ink))

    def gap(self, height: float) -> None:
        """Leave so many millimetres."""
        self.story.append(Spacer(1, height * mm))

    def lines(self, *texts: str, size: float = 0, bold: bool = False, side: str = "l") -> list[Paragraph]:
        """Lines of a block; empty ones are left out."""
        return [self.par(text, size, bold, side) for text in texts if text]

    def beside(self, *cells: Any, widths: Sequence[float], rules: Sequence[tuple[Any, ...]] = ()) -> None:
        """Blocks beside each other."""
        self.story.append(self.grid([list(cells)], widths, rules))

    def grid(self, rows: Sequence[Sequence[Any]], widths: Sequence[float], rules: Sequence[tuple[Any, ...]] = (),
             pad: float = 1.5, side: str = "LEFT", repeat: int = 0) -> Table:  # fmt: skip
        """Cells of paragraphs or blocks."""
        style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), pad),
                 ("BOTTOMPADDING", (0, 0), (-1, -1), pad), ("LEFTPADDING", (0, 0), (-1, -1), 3),
                 ("RIGHTPADDING", (0, 0), (-1, -1), 3), *rules]  # fmt: skip
        wide = [width * mm for width in widths]
        return Table([list(row) for row in rows], wide, style=TableStyle(style), hAlign=side, repeatRows=repeat)

    def facts(self, rows: Sequence[tuple[str, str]], widths: tuple[float, float], bold: str = "", size: float = 0,
              side: str = "l", rules: Sequence[tuple[Any, ...]] = ()) -> Table:  # fmt: skip
        """Labels with their values beside them; rows without a value are left out. `bold`: `label` or `value`."""
        cells = [
            [self.par(label, size, bold == "label"), self.par(value, size, bold == "value", side)]
            for label, value in rows if value
        ]  # fmt: skip
        return self.grid(cells, widths, rules, pad=0.6)

    def boxes(self, rows: Sequence[tuple[str, str]], widths: Sequence[float], small: float = 6.5) -> None:
        """A row of boxes, each a small label over its value."""
        cells = [[self.par(label, small), self.par(value)] for label, value in rows]
        self.story.append(self.grid([cells], widths, [("GRID", (0, 0), (-1, -1), 0.4, HexColor("#888888"))]))

    def table(self, columns: Sequence[Col], look: str = "lines", ink: str = "#000000", paper: str = "",
              size: float = 0, extra: Callable[[Row], str] | None = None) -> None:  # fmt: skip
        """The items. `look`: `lines`, `grid`, `none`, `stripes`. `extra`: text under the row, across its columns."""
        rows: list[list[Any]] = [[self.par(c.title, size, True, c.side, ink) for c in columns]]
        rules: list[tuple[Any, ...]] = []
        for row in self.proof.rows:
            if row.item.before:
                rows.append([self.par(row.item.before, size, True), *[""] * (len(columns) - 1)])
                rules.append(("SPAN", (0, len(rows) - 1), (-1, len(rows) - 1)))
            rows.append([self.par(c.cell(row), size, False, c.side) for c in columns])
            if extra and (text := extra(row)):
                rows.append(["", self.par(text, size), *[""] * (len(columns) - 2)])
                rules.append(("SPAN", (1, len(rows) - 1), (-1, len(rows) - 1)))
        grey = HexColor("#999999")
        rules += {
            "lines": [("LINEABOVE", (0, 0), (-1, 0), 0.8, grey), ("LINEBELOW", (0, 0), (-1, 0), 0.8, grey),
                      ("LINEBELOW", (0, -1), (-1, -1), 0.8, grey)],
            "grid": [("GRID", (0, 0), (-1, -1), 0.5, grey)],
            "stripes": [("ROWBACKGROUNDS", (0, 1), (-1, -1), [HexColor("#ffffff"), HexColor("#eef1f4")])],
            "none": [],
        }[look]  # fmt: skip
        if paper:
            rules.append(("BACKGROUND", (0, 0), (-1, 0), HexColor(paper)))
        self.story.append(self.grid(rows, [c.width for c in columns], rules, repeat=1))

    def sums(self, rows: Sequence[tuple[str, ...]], widths: Sequence[float], side: str = "RIGHT", last: bool = True,
             size: float = 0) -> None:  # fmt: skip
        """Labels and amounts, one under the other; rows without an amount are left out. The last one is bold."""
        kept = [row for row in rows if row[-1]]
        cells = [
            [self.par(text, size, last and n == len(kept) - 1, "l" if at == 0 else "r") for at, text in enumerate(row)]
            for n, row in enumerate(kept)
        ]
        self.story.append(self.grid(cells, widths, pad=0.8, side=side))

    def foot(self, *columns: Sequence[str]) -> None:
        """What stands at the foot of every page, in columns."""
        step = self.width / max(1, len(columns))
        self._feet = [(self.margin + n * step, column) for n, column in enumerate(columns)]

    def pdf(self, producer: str) -> bytes:
        """The file."""
        target = BytesIO()
        high = 8 + 3.4 * max((len(column) for _, column in self._feet), default=0)
        doc = BaseDocTemplate(target, pagesize=self.page, invariant=1, title=self.proof.doc.number, creator=producer)
        frame = Frame(self.margin * mm, high * mm, self.width * mm, self.page[1] - (high + 12) * mm, 0, 0, 0, 0)
        doc.addPageTemplates(PageTemplate(frames=[frame], onPage=self._end_page))
        doc.build(self.story)
        return target.getvalue()

    def _end_page(self, canvas: Canvas, _: Any) -> None:
        canvas.setFont(self.face, 6.8)
        for x, column in self._feet:
            for n, text in enumerate(column):
                canvas.drawString(x * mm, (5 + 3.4 * (len(column) - n)) * mm, text)
