"""The HTML body of a mail as plain text with `>` before quoted lines, hidden text set apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_OPEN, _SHUT = "\ue000", "\ue001"
_QUOTE_CLASSES = re.compile(r"\b(?:gmail_quote|yahoo_quoted|protonmail_quote|moz-cite|zmail_extra|tutanota_quote)\b")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:\.\d+)?(?:px|pt)?\s*(?:;|$|!)|opacity\s*:\s*0?\.?0\s*(?:;|$)|"
    r"mso-hide\s*:\s*all|(?<![-\w])color\s*:\s*(?:#fff(?:fff)?\b|white\b|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0?\.?0\s*(?:;|$)", re.IGNORECASE
)
_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
_MOST_STYLE = 100_000
_DARK_GROUND = re.compile(r"background(?:-color)?\s*:|bgcolor", re.IGNORECASE)


@dataclass(frozen=True)
class HtmlText:
    """What a reader sees, and what the markup hides from readers."""

    text: str
    hidden: str = ""
    warnings: tuple[str, ...] = ()


def html_text(html: str) -> HtmlText:
    """Plain text of an HTML body.

    Quotes of the usual mail programs get `> ` before each line. Text that no reader sees (`display: none`, white, one
    pixel) comes apart as `hidden`. Markup that cannot be parsed is reduced to its text with a warning.
    """
    if not html.strip():
        return HtmlText("")
    try:
        return _converted(html)
    except (ValueError, TypeError, RecursionError, AssertionError, AttributeError, IndexError, KeyError):
        return HtmlText(re.sub(r"<[^<>]*>", " ", html), warnings=("the HTML could not be parsed; its text was kept",))


def _converted(html: str) -> HtmlText:
    from inscriptis import Inscriptis
    from inscriptis.model.config import ParserConfig
    from lxml.etree import LxmlError
    from lxml.html import HTMLParser, document_fromstring

    source = html.replace(_OPEN, "").replace(_SHUT, "")
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", source)
    parser = HTMLParser(encoding="utf-8", huge_tree=False)
    try:
        tree = document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except LxmlError as error:  # nothing but comments, for one
        raise ValueError("no document") from error
    hidden = _set_hidden_apart(tree)
    _mark_quotes(tree)
    text = Inscriptis(tree, ParserConfig(display_links=False, display_images=False)).get_text()
    warnings = ("the HTML holds text that readers cannot see; it was set apart",) if hidden else ()
    return HtmlText(_prefixed(text), hidden, warnings)


def _is_hidden(node: Any, classes: frozenset[str]) -> bool:
    if node.tag == "template" or node.get("hidden") is not None:
        return True
    if classes.intersection((node.get("class") or "").split()):
        return True
    style = node.get("style") or ""
    if not style or not _HIDDEN.search(style):
        return False
    only_white = not re.search(r"display|visibility|font-size|opacity|mso-hide", style, re.IGNORECASE)
    if not only_white:
        return True
    around = [node, *node.iterancestors()]
    return not any(
        _DARK_GROUND.search((n.get("style") or "") + (" bgcolor" if n.get("bgcolor") else "")) for n in around
    )


def _hiding_classes(tree: Any) -> frozenset[str]:
    """Classes that a style sheet in the mail hides, for everybody: rules inside `@media` depend on the device."""
    sheets = "\n".join((node.text or "")[:_MOST_STYLE] for node in tree.iter("style"))
    rules = _RULE.findall(_MEDIA.sub("", _COMMENT.sub("", sheets)))
    return frozenset(name for names, body in rules if _GONE.search(body) for name in re.findall(r"\.([\w-]+)", names))


def _set_hidden_apart(tree: Any) -> str:
    found: list[str] = []
    classes = _hiding_classes(tree)
    nodes = [n for n in tree.iter() if isinstance(n.tag, str) and n.tag not in {"html", "body"}]
    for node in [n for n in nodes if _is_hidden(n, classes)]:
        if node.getparent() is None:
            continue
        text = " ".join("".join(node.itertext()).split())
        if text.strip("\u200b\u200c\u034f\xad\ufeff\xa0 "):
            found.append(text)
        node.drop_tree()
    return "\n".join(found)


def _is_quote(node: Any) -> bool:
    if _QUOTE_CLASSES.search(node.get("class") or ""):
        return node.tag == "blockquote" or "yahoo" in node.get("class")
    if node.tag != "blockquote":
        return False
    return (node.get("type") or "").lower() == "cite" or "border-left" in (node.get("style") or "").lower()


def _mark_quotes(tree: Any) -> None:
    from lxml.etree import Element

    for node in [n for n in tree.iter("blockquote", "div") if _is_quote(n)]:
        opening, shutting = Element("div"), Element("div")
        opening.text, shutting.text = _OPEN, _SHUT
        opening.tail, node.text = node.text, None
        node.insert(0, opening)
        node.append(shutting)


def _prefixed(text: str) -> str:
    lines: list[str] = []
    depth = 0
    for line in text.split("\n"):
        opened, shut = line.count(_OPEN), line.count(_SHUT)
        depth += opened
        bare = line.replace(_OPEN, "").replace(_SHUT, "").strip()
        if bare or not (opened or shut):
            lines.append(f"{'>' * min(depth, 5)} {bare}".strip() if depth else bare)
        depth = max(0, depth - shut)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
