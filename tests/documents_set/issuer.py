"""An issuer: a firm with its habits, one way of drawing, and the documents it wrote."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.documents_set.model import Doc
from tests.documents_set.printed import Proof, Style


@dataclass(frozen=True)
class Issuer:
    """`split` holds for all its documents: a layout is either seen in development or kept for the test."""

    family: str
    split: str
    style: Style
    draw: Callable[[Proof], bytes]
    docs: tuple[Doc, ...]
