"""Spaces that a recogniser lost are found as white between letters; figures are never cut."""

from __future__ import annotations

import numpy as np
import pytest

from triage.documents.bounded.spaces import Picture, gaps, lost_spaces, parted

HIGH, LETTER, CLOSE, SPACE = 40, 20, 4, 12


def line(text: str, noise: int = 0) -> tuple[list[str], list[float], Picture]:
    """Black blocks for letters, with the middles of the letters; `_` is a space that was lost."""
    at, letters, middles, blocks = 10, [], [], []
    for character in text:
        if character in " _":
            at += SPACE - CLOSE
            letters.append(" " if character == " " else "")
            continue
        blocks.append(at)
        middles.append(at + LETTER / 2)
        letters.append(character)
        at += LETTER + CLOSE
    picture = np.full((HIGH + 20, at + 10), 245, dtype=np.int16)
    for x in blocks:
        picture[10 : 10 + HIGH, x : x + LETTER] = 20
    picture += np.random.default_rng(1).integers(-noise, noise + 1, picture.shape, dtype=np.int16)
    return "".join(letters).split(), middles, np.clip(picture, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("noise", [0, 12])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ihre_Bestellung", ["Ihre", "Bestellung"]),
        ("Your order_number is", ["Your", "order", "number", "is"]),
        ("Menge_12 Stk", ["Menge", "12", "Stk"]),
        ("12_Stk", ["12", "Stk"]),
        ("no space lost", ["no", "space", "lost"]),
        ("Datum:_12", ["Datum:", "12"]),
        ("1_1 11", ["11", "11"]),
        ("4_711,00", ["4711,00"]),
    ],
)
def test_words_are_cut_where_a_space_was_lost(text: str, words: list[str], noise: int) -> None:
    tokens, middles, picture = line(text, noise)
    assert parted(tokens, lost_spaces(tokens, middles, picture)) == words


def test_white_between_letters_is_measured_and_an_empty_line_has_none() -> None:
    _, _, picture = line("a b")
    runs, height = gaps(picture)
    assert height == HIGH
    assert [b - a for a, b in runs][1] == SPACE
    assert gaps(np.full((40, 100), 240, dtype=np.uint8)) == ([], 0)
