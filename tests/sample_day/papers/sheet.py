"""A blank A4 sheet that draws the same bytes every time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = A4


class Sheet:
    """A canvas measured in millimetres from the top left corner."""

    def __init__(self, target: BytesIO, *, title: str, producer: str) -> None:
        self.canvas = Canvas(target, pagesize=A4, invariant=1)
        self.canvas.setTitle(title)
        self.canvas.setCreator(producer)
        self.font("Helvetica", 10)

    def font(self, name: str, size: float) -> None:
        """Use this font from here on."""
        self.canvas.setFont(name, size)

    def left(self, x: float, y: float, text: str) -> None:
        """Text that starts at x."""
        self.canvas.drawString(x * mm, HEIGHT - y * mm, text)

    def right(self, x: float, y: float, text: str) -> None:
        """Text that ends at x."""
        self.canvas.drawRightString(x * mm, HEIGHT - y * mm, text)

    def middle(self, x: float, y: float, text: str) -> None:
        """Text centred on x."""
        self.canvas.drawCentredString(x * mm, HEIGHT - y * mm, text)

    def column(self, x: float, y: float, lines: Iterable[str], step: float = 4.5) -> float:
        """Lines under each other; gives the y under the last one."""
        for line in lines:
            self.left(x, y, line)
            y += step
        return y

    def rule(self, y: float, x0: float, x1: float, width: float = 0.5) -> None:
        """A horizontal line."""
        self.canvas.setLineWidth(width)
        self.canvas.line(x0 * mm, HEIGHT - y * mm, x1 * mm, HEIGHT - y * mm)

    def box(self, x: float, y: float, width: float, height: float, *, fill: bool = False) -> None:
        """A rectangle with its top left corner at (x, y)."""
        self.canvas.rect(x * mm, HEIGHT - (y + height) * mm, width * mm, height * mm, fill=int(fill))


def draw(title: str, producer: str, *pages: Callable[[Sheet], None]) -> bytes:
    """The PDF that these pages make."""
    target = BytesIO()
    sheet = Sheet(target, title=title, producer=producer)
    for page in pages:
        page(sheet)
        sheet.canvas.showPage()
    sheet.canvas.save()
    return target.getvalue()
