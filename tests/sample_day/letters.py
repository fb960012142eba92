"""From a letter as it is kept here (`letters/*.txt`) to the mail that a server would have stored.

A letter is a few headers, an empty line and the text. `Build:` headers say how it was sent: `html` (the text is
HTML), `alternative` (text and HTML of the same), `logo` (with a picture in the HTML), `charset=`, `cte=`, `crlf`, and
`attach=PAPER > NAME` for a paper of `PAPERS` or a file of `enclosures/`.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

from tests.sample_day.papers import PAPERS

HERE = Path(__file__).parent
_TYPES = {".pdf": ("application", "pdf"), ".edi": ("application", "EDIFACT")}


@dataclass(frozen=True)
class Letter:
    """One mail before it is packed."""

    name: str
    headers: tuple[tuple[str, str], ...]
    build: tuple[str, ...]
    body: str

    def option(self, name: str, default: str) -> str:
        """The value of `Build: name=value`."""
        found = [step.split("=", 1)[1] for step in self.build if step.startswith(f"{name}=")]
        return found[0] if found else default

    def attachments(self) -> list[tuple[str, str]]:
        """What is attached, and under which file name."""
        steps = [step.removeprefix("attach=") for step in self.build if step.startswith("attach=")]
        pairs = [step.split(" > ") for step in steps]
        return [(paper, name) for paper, name in pairs]


def letters() -> list[Letter]:
    """All letters of the day in the order of their names."""
    return [_read(path) for path in sorted((HERE / "letters").glob("*.txt"))]


def _read(path: Path) -> Letter:
    head, body = path.read_text(encoding="utf-8").split("\n\n", 1)
    fields = [tuple(row.split(": ", 1)) for row in head.splitlines()]
    return Letter(
        name=path.stem,
        headers=tuple((name, value) for name, value in fields if name != "Build"),
        build=tuple(value for name, value in fields if name == "Build"),
        body=body,
    )


def packed(letter: Letter) -> bytes:
    """The mail as bytes: the same every time."""
    crlf = "crlf" in letter.build
    message = EmailMessage(policy=policy.SMTP if crlf else policy.default)
    for name, value in letter.headers:
        message[name] = value
    _add_text(message, letter)
    for paper, name in letter.attachments():
        kind, subtype = _TYPES[Path(paper).suffix]
        message.add_attachment(_enclosure(paper), maintype=kind, subtype=subtype, filename=name)
    _name_boundaries(message, letter.name)
    return message.as_bytes()


def _add_text(message: EmailMessage, letter: Letter) -> None:
    how = {"charset": letter.option("charset", "utf-8"), "cte": letter.option("cte", "quoted-printable")}
    if "html" in letter.build:
        message.set_content(letter.body, subtype="html", **how)
        return
    message.set_content(letter.body, **how)
    if "alternative" in letter.build:
        message.add_alternative(_as_html(letter), subtype="html", **how)
    if "logo" in letter.build:
        shown = message.get_payload()[1]
        shown.add_related(_logo(), maintype="image", subtype="png", cid=f"<logo.{letter.name}>", filename="logo.png")


def _as_html(letter: Letter) -> str:
    blocks = (block.strip() for block in letter.body.split("\n\n"))
    rows = "\n".join("<p>" + html.escape(block, quote=False).replace("\n", "<br>\n") + "</p>" for block in blocks)
    picture = f'\n<img src="cid:logo.{letter.name}" width="120" height="40" alt="">' if "logo" in letter.build else ""
    style = "<style>p { font-family: Arial; font-size: 10pt }</style>"
    return f"<html><head>{style}</head><body>\n{rows}{picture}\n</body></html>\n"


def _enclosure(paper: str) -> bytes:
    return PAPERS[paper]() if paper in PAPERS else (HERE / "enclosures" / paper).read_bytes()


def _logo() -> bytes:
    picture = Image.new("RGB", (120, 40), "#7a1420")
    ImageDraw.Draw(picture).polygon([(10, 34), (36, 6), (62, 34)], fill="#f2f2f2")
    target = BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def _name_boundaries(message: EmailMessage, name: str) -> None:
    parts = [part for part in message.walk() if part.is_multipart()]
    for n, part in enumerate(parts):
        part.set_boundary(f"=_{name}_{n}")
