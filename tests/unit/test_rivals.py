"""The methods beside ours: what is counted, and that nothing of a source teaches the method that is asked about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from evals.classify_measure import CODES
from evals.rivals import Asked, Source, by_vectors, by_words, compare, figures, own_mails, prototypes, sources_of


def _write(folder: Path, name: str, rows: Sequence[dict[str, object]]) -> None:
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_weak_labels_are_left_out_and_approximate_ones_where_asked(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "shop",
        [
            {"text": "cancel it", "label": "order_change", "map_quality": "clean"},
            {"text": "my bill", "label": "invoice", "map_quality": "weak"},
            {"text": "refund rules", "label": "returns", "map_quality": "approx"},
        ],
    )
    _write(tmp_path, "pairs", [{"text": "cancel one, return the other", "labels": ["order_change", "returns"]}])
    pairs, shop = sources_of(tmp_path)
    assert [len(pairs.rows), len(shop.rows)] == [1, 2]
    assert pairs.right == [(CODES.index("order_change"), CODES.index("returns"))]
    assert [len(one.rows) for one in sources_of(tmp_path, clean=True)] == [1, 1]


def test_one_source_is_too_few(tmp_path: Path) -> None:
    _write(tmp_path, "alone", [{"text": "hello", "label": "other"}])
    with pytest.raises(SystemExit, match="two or more"):
        sources_of(tmp_path)


def test_each_of_several_right_answers_counts() -> None:
    change, returns, other = (CODES.index(code) for code in ("order_change", "returns", "other"))
    source = Source("pairs", ({"text": "a", "labels": ["order_change", "returns"]}, {"text": "b", "label": "other"}))
    both = figures(source, Asked(np.array([returns, other]), np.array([1.0, 1.0], dtype=np.float32), 0.0))
    assert (both["accuracy"], both["macro-F1"], both["ECE"]) == (1.0, 1.0, 0.0)
    one = figures(source, Asked(np.array([change, returns]), np.array([1.0, 1.0], dtype=np.float32), 0.0))
    assert (one["accuracy"], one["ECE"]) == (0.5, 0.5)


def test_a_method_learns_from_sources_of_other_origin_alone() -> None:
    heard: dict[str, list[str]] = {}

    def ask(others: Sequence[Source], source: Source) -> Asked:
        heard[source.name] = [one.name for one in others]
        count = len(source.rows)
        return Asked(np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.float32), 0.0)

    sources = [Source(name, ({"text": "x", "label": "other"},)) for name in ("bank", "retail", "retail_multi")]
    compare(sources, {"watched": ask})
    assert heard == {"bank": ["retail", "retail_multi"], "retail": ["bank"], "retail_multi": ["bank"]}


def test_words_and_vectors_find_what_the_other_sources_teach() -> None:
    def source(name: str) -> Source:
        rows = [{"text": f"please cancel order {n}", "label": "order_change"} for n in range(4)]
        rows += [{"text": f"the parcel number {n} is broken", "label": "damage_loss"} for n in range(4)]
        return Source(name, tuple(rows))

    sources = [source("a"), source("b")]

    def encode(texts: Sequence[str]) -> np.ndarray:
        return np.array([["cancel" in text, "broken" in text] for text in texts], dtype=np.float32)

    for method in (by_words(), by_vectors(encode), by_vectors(encode, [("broken glass", CODES.index("damage_loss"))])):
        assert figures(sources[1], method(sources[:1], sources[1]))["accuracy"] == 1.0


def test_every_category_has_prototypes_and_own_mails() -> None:
    for rows in (prototypes(), own_mails()):
        assert {code for _, code in rows} == set(range(len(CODES)))
