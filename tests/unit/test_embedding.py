"""The multilingual embedding model on numpy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from triage.errors import ConfigurationError
from triage.models.embedding import PIECE, WINDOW, MultilingualE5, Pieces, Window, windows
from triage.models.embedding_tokens import Tokenizer
from triage.models.embedding_weights import Vocabulary, open_weights, unpack

TEXTS = ("Where is my order?", "Wo ist meine Bestellung?", "The drums are leaking.", "x", "Ünïcode ﬁ  ½ … 注文")
MODEL = MultilingualE5()


def alone(text: str) -> np.ndarray:
    """The vector of a mail of one sentence, of length 1."""
    row = MODEL.read([Pieces((text,))])[0][0]
    return np.asarray(row / np.linalg.norm(row))


def test_a_row_for_each_piece_in_order() -> None:
    rows = MODEL.read([Pieces(TEXTS[:3], subjects=1), Pieces(()), Pieces(TEXTS[3:])])
    assert [one.shape for one in rows] == [(3, 384), (0, 384), (2, 384)]
    assert all(one.dtype == np.float32 for one in rows)


def test_a_mail_gets_the_same_rows_alone_and_among_others() -> None:
    mails = [Pieces(TEXTS[n : n + 2]) for n in range(4)]
    together = MODEL.read(mails)
    for mail, rows in zip(mails, together, strict=True):
        assert MODEL.read([mail])[0] == pytest.approx(rows, abs=1e-3)


def test_languages_share_one_space() -> None:
    english, german, drums = map(alone, TEXTS[:3])
    assert english @ german > english @ drums


def test_a_piece_is_read_with_what_stands_around_it() -> None:
    same = [MODEL.read([Pieces((first, "It is broken."))])[0][1] for first in ("About the pump.", "About the invoice.")]
    assert np.abs(same[0] - same[1]).max() > 1e-2


def test_no_mails_no_rows() -> None:
    assert MODEL.read([]) == []


def test_threads_get_what_one_gets() -> None:
    mails = [Pieces(TEXTS)] * 3
    wanted = MODEL.read(mails)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: MODEL.read(mails), range(8)):
            assert all(one == pytest.approx(other, abs=1e-4) for one, other in zip(found, wanted, strict=True))


class TestWindows:
    def test_a_long_mail_is_read_in_windows_and_no_piece_is_lost(self) -> None:
        cut = windows([[7] * 50 for _ in range(9)], 1, 0, 2)
        assert len(cut) > 1
        assert all(len(one.tokens) <= WINDOW for one in cut)
        assert sum(len(one.spans) for one in cut) == 9
        assert all(set(one.tokens[start:end]) == {7} for one in cut for start, end in one.spans)
        assert all((one.tokens[0], one.tokens[-1]) == (0, 2) for one in cut)

    def test_the_subject_line_is_closed_off(self) -> None:
        (only,) = windows([[5, 6], [7]], 1, 0, 2)
        assert only == Window((0, 5, 6, 2, 7, 2), ((1, 3), (4, 5)))

    def test_a_very_long_piece_is_cut(self) -> None:
        (only,) = windows([[7] * 5000], 0, 0, 2)
        assert len(only.tokens) == PIECE + 2

    def test_nothing_to_read(self) -> None:
        assert windows([], 0, 0, 2) == []


class TestChanges:
    def test_a_change_is_added_to_its_matrix(self) -> None:
        none = {"l0.v.up": np.zeros((384, 2), np.float32), "l0.v.down": np.ones((2, 384), np.float32)}
        some = none | {"l0.v.up": np.full((384, 2), 0.1, np.float32)}
        mail = [Pieces(TEXTS[:2])]
        plain, unchanged, changed = (MultilingualE5(2, of).read(mail)[0] for of in ({}, none, some))
        assert unchanged == pytest.approx(plain, abs=1e-5)
        assert np.abs(changed - plain).max() > 1e-2

    def test_fewer_layers_are_another_reading(self) -> None:
        mail = [Pieces(TEXTS[:2])]
        assert np.abs(MultilingualE5(6).read(mail)[0] - MODEL.read(mail)[0]).max() > 1e-2

    def test_a_change_of_another_shape_is_refused(self) -> None:
        wrong = {"l0.q.up": np.zeros((3, 2), np.float32), "l0.q.down": np.ones((2, 3), np.float32)}
        with pytest.raises(ValueError, match="broadcast"):
            MultilingualE5(1, wrong).load()


@pytest.fixture
def tokenizer() -> Tokenizer:
    scores = {"▁": -5.0, "▁bolt": -2.0, "▁bo": -2.5, "lts": -3.0, "s": -2.0, "l": -4.0, "t": -4.0}
    pieces = {piece.encode(): n + 3 for n, piece in enumerate(scores)}
    listed = [0.0, 0.0, 0.0, *scores.values()]
    return Tokenizer(Vocabulary(pieces, listed, {ord("B"): "b", ord("\u00ad"): ""}, 7, 0, 2, 1, -15.0))


def test_the_likeliest_split_wins(tokenizer: Tokenizer) -> None:
    assert tokenizer.ids("bolts") == [4, 7]


def test_characters_are_replaced_first_and_spaces_collapse(tokenizer: Tokenizer) -> None:
    assert tokenizer.ids("Bo\u00adlts  bolt") == [4, 7, 4]


def test_what_no_piece_holds_is_unknown(tokenizer: Tokenizer) -> None:
    assert tokenizer.ids("bolt?") == [4, 1]


def test_four_bit_blocks_unpack_to_scaled_halves() -> None:
    block = np.zeros((1, 18), dtype=np.uint8)
    block[0, :2] = np.array([0.5], dtype=np.float16).view(np.uint8)
    block[0, 2] = 0xF1
    row = unpack(block)[0]
    assert row[0] == (1 - 8) * 0.5
    assert row[16] == (15 - 8) * 0.5
    assert row[1] == -4.0


def test_a_file_that_is_no_model_is_refused(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "model.bin"
    path.write_bytes(b"nothing of the sort")
    with pytest.raises(ConfigurationError, match=r"model\.bin"):
        open_weights(path)
