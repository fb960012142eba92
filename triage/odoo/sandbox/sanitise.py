"""HTML as Odoo keeps it: scripts, frames, forms and event handlers go; formatting, links and remote images stay."""

from __future__ import annotations

import re

from lxml import html

_DROPPED_WHOLE_WORDS = "script style iframe object embed applet noscript frame frameset base meta button"
_DROPPED_WHOLE = frozenset(_DROPPED_WHOLE_WORDS.split())
_DROPPED_TAG_WORDS = "form input textarea select option label link title head body html circle path g"
_DROPPED_TAG = frozenset(_DROPPED_TAG_WORDS.split())
_ATTRIBUTES_WORDS = (
    "href src alt title class style id name width height align valign border cellpadding cellspacing colspan "
    "rowspan target rel dir lang color face size bgcolor background start type summary"
)
_ATTRIBUTES = frozenset(_ATTRIBUTES_WORDS.split())
_URLS = ("href", "src", "background")
_SAFE_URL = re.compile(r"^\s*(?:https?:|mailto:|tel:|cid:|ftp:|data:image/|[#/?.]|[^:]*$)", re.IGNORECASE)
_STYLE = re.compile(
    r"^\s*(?:font|text|color|background-color|margin|padding|border|width|height|max-width|min-width|display|"
    r"white-space|vertical-align|line-height|letter-spacing|word-|list-style|float|opacity)[a-z-]*\s*:",
    re.IGNORECASE,
)


def sanitise(text: str, version: int = 19) -> str:
    """The HTML that Odoo would store; plain text becomes one paragraph."""
    if not text.strip():
        return text
    root = html.fragment_fromstring("<div></div>")
    parsed = html.fromstring(text)
    if parsed.tag == "span" and not text.lstrip().startswith("<"):
        parsed.tag = "p"
    root.append(parsed)
    for element in list(root.iterdescendants()):
        _clean(element)
    out = "".join(html.tostring(child, encoding="unicode") for child in root) if len(root) else ""
    return _unwrapped(out, text, version)


def escape(text: str) -> str:
    """Text as HTML that shows it literally, as `message_post` does without `body_is_html`."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str) -> str:
    """What a reader of the HTML sees."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def _unwrapped(out: str, text: str, version: int) -> str:
    """Without the `div` around several roots; Odoo 18 also takes one that the text had itself."""
    own = version >= 19 and text.lstrip().startswith("<div>") and text.count("<div") == out.count("<div")
    if out.startswith("<div>") and out.endswith("</div>") and not own:
        return out.removeprefix("<div>").removesuffix("</div>")
    return out


def _clean(element: html.HtmlElement) -> None:
    if not isinstance(element.tag, str):
        return
    if element.tag in _DROPPED_WHOLE:
        element.drop_tree()
        return
    if element.tag in _DROPPED_TAG:
        element.drop_tag()
        return
    for name, value in list(element.attrib.items()):
        _clean_attribute(element, name, value)
    if element.tag == "blockquote":
        element.set("data-o-mail-quote-node", "1")
        element.set("data-o-mail-quote", "1")


def _clean_attribute(element: html.HtmlElement, name: str, value: str) -> None:
    if name not in _ATTRIBUTES and not name.startswith("data-"):
        del element.attrib[name]
    elif name in _URLS and not _SAFE_URL.match(value):
        element.set(name, "")
    elif name == "style":
        kept = "; ".join(part.strip() for part in value.split(";") if _STYLE.match(part))
        if kept:
            element.set(name, kept)
        else:
            del element.attrib[name]
