"""What the fields of a business document are called, in seven languages: the phrases of `data/labels.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from triage.documents.printed import key_of


@dataclass(frozen=True, slots=True)
class Label:
    """A field that a phrase names."""

    field: str
    strong: bool


Labels = dict[str, tuple[Label, ...]]
"""Fields by the key of the phrase that names them."""


@cache
def field_labels() -> Labels:
    """Labels of header fields: those listed, and the words for a type of document with those for a number or date."""
    return {**_composed(), **_table(("strong", True), ("weak", False))}


_NUMBER_WORDS = ("no", "nr", "number", "nummer", "numero", "num", "numer", "ref", "id")
_DATE_WORDS = ("date", "datum", "fecha", "data")
_LINKS = ("", "de", "del", "di", "du", "van", "der", "dela", "of")
_NAMED = {
    "invoice": ("number", "issue_date"),
    "credit_note": ("number", "issue_date"),
    "corrected_invoice": ("number", "issue_date"),
    "order_confirmation": ("confirmation_number", "confirmation_date"),
    "delivery_note": ("delivery_number", "delivery_note_date"),
    "quotation": ("quotation_number", "issue_date"),
}
"""Fields of the number and the date of types of document."""


def _composed() -> Labels:
    """`Gutschrift-Nr.`, `Date du devis`, `Numero preventivo`: a title with a word for a number or a date."""
    table: Labels = {}
    for title, labels in title_labels().items():
        fields = next((_NAMED[label.field] for label in labels if label.field in _NAMED), None)
        if fields is None:
            continue
        for field, words in zip(fields, (_NUMBER_WORDS, _DATE_WORDS), strict=True):
            for word in words:
                for key in (title + word, *(word + link + title for link in _LINKS)):
                    table[key] = (Label(field, True),)
    return table


@cache
def party_labels() -> Labels:
    """Labels of party blocks."""
    return _table(("parties", True))


@cache
def column_labels() -> Labels:
    """Column headings of item tables by the line field they hold; those that hold none are there to be told apart."""
    return _table(("columns", True))


@cache
def title_labels() -> Labels:
    """Document titles by document type."""
    return _table(("titles", True))


@cache
def units() -> frozenset[str]:
    """Keys of units as printed behind or beside a quantity."""
    return frozenset(_keys(str(_data()["units"])))


@cache
def _data() -> dict[str, dict[str, str] | str]:
    text = resources.files("triage.documents").joinpath("data", "labels.yaml").read_text(encoding="utf-8")
    data: dict[str, dict[str, str] | str] = yaml.safe_load(text)
    return data


def _keys(phrases: str) -> list[str]:
    return [key for phrase in phrases.split(",") if (key := key_of(phrase))]


def _table(*blocks: tuple[str, bool]) -> Labels:
    table: dict[str, list[Label]] = {}
    for block, strong in blocks:
        fields = _data()[block]
        assert isinstance(fields, dict)
        for name, phrases in fields.items():
            for key in _keys(phrases):
                known = table.setdefault(key, [])
                if all(label.field != name for label in known):
                    known.append(Label(name, strong))
    return {key: tuple(labels) for key, labels in table.items()}
