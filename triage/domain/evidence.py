"""Evidence: a quote in a named source, words on a page with their box, or a fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from triage.domain.base import Frozen


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page in PDF points (1/72 inch), origin at the top left of the page as displayed.

    No model of its own: a long document has a hundred thousand, and each would take ten times the memory.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    x0: float
    """Left edge."""
    top: float
    """Upper edge."""
    x1: float
    """Right edge."""
    bottom: float
    """Lower edge."""


class Quote(Frozen):
    """A passage of a named source, as it stands there."""

    kind: Literal["quote"] = "quote"
    source: str
    """Key of `View.sources()`: `message:0`, `message:0:subject`, `document:0:page:1`, `document:0:xml`."""
    text: str
    """The passage."""
    verified: bool = False
    """Set by code only: the text was found in its source."""


class OnPage(Frozen):
    """Words on a page of a document, with the box that encloses them."""

    kind: Literal["on_page"] = "on_page"
    document: str
    """File name."""
    page: int
    """From 1."""
    box: Box
    text: str
    """The words, as printed."""
    verified: bool = False
    """Set by code only: the words stand in the box."""


class FactEvidence(Frozen):
    """An established fact."""

    kind: Literal["fact"] = "fact"
    fact: str
    """`Fact.id`."""
    text: str
    """The fact as a reader sees it."""
    confidential: bool = False
    """As the fact: not every reader of the record may see the text."""
    verified: bool = False
    """Set by code only: there is such a fact."""


Evidence = Annotated[Quote | OnPage | FactEvidence, Field(discriminator="kind")]


class Confidence(Frozen):
    """A measured probability of being right, with what it was measured on.

    Never a model's own claim. Where nothing was measured there is no `Confidence` but none.
    """

    value: float = Field(ge=0, le=1)
    """The probability."""
    population: str
    """What was counted: `held-out sources, English, top score .6-.7`."""
    n: int = Field(ge=1)
    """How many were counted."""
    low: float = Field(ge=0, le=1)
    """Lower bound of the interval."""
    high: float = Field(ge=0, le=1)
    """95 % Wilson interval."""
