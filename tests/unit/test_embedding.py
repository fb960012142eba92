"""The multilingual embedding model on numpy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from triage.errors import ConfigurationError
from triage.models.embedding import default_embedding
from triage.models.embedding_tokens import Tokenizer
from triage.models.embedding_weights import Vocabulary, open_weights, unpack

TEXTS = ["Where is my order?", "Wo ist meine Bestellung?", "The drums are leaking.", "x", "Ünïcode ﬁ  ½ … 注文"]


def test_rows_are_normalised_and_in_order() -> None:
    rows = default_embedding().embed(TEXTS)
    assert rows.shape == (len(TEXTS), 384)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-4)


def test_a_text_gets_the_same_vector_alone_and_among_others() -> None:
    together = default_embedding().embed(TEXTS)
    for n, text in enumerate(TEXTS):
        assert default_embedding().embed([text])[0] == pytest.approx(together[n], abs=1e-4)


def test_languages_share_one_space() -> None:
    english, german, drums, *_ = default_embedding().embed(TEXTS)
    assert english @ german > english @ drums


def test_no_texts_no_rows() -> None:
    assert default_embedding().embed([]).shape == (0, 384)


def test_threads_get_what_one_gets() -> None:
    alone = default_embedding().embed(TEXTS)
    with ThreadPoolExecutor(4) as pool:
        for rows in pool.map(lambda _: default_embedding().embed(TEXTS), range(8)):
            assert rows == pytest.approx(alone, abs=1e-5)


def test_a_very_long_text_is_cut() -> None:
    assert len(default_embedding().tokens("word " * 5000)) == 160


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
