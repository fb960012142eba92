"""Which layer the classifier works with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evals.training.packing import packed
from tests.unit.classify_views import layer
from triage.domain import Category
from triage.errors import ConfigurationError
from triage.tasks.classify.active import active_layer
from triage.tasks.classify.cues import cue_list
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.classify.layer import CATEGORIES, read_layer, shipped_layer

META = {**layer().meta, "categories": [category.value for category in CATEGORIES], "cues": list(cue_list().names)}


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, str]:
    content = packed(layer(damage=Category.DAMAGE_LOSS).arrays, META)
    (tmp_path / "layer.npz").write_bytes(content)
    return tmp_path, read_layer(content).sha256


def test_the_shipped_one_where_nothing_is_set() -> None:
    assert active_layer({}) is shipped_layer()


def test_ones_own_with_its_hash(own: tuple[Path, str]) -> None:
    folder, sha256 = own
    found = active_layer({"TRIAGE_LAYER": str(folder), "TRIAGE_LAYER_SHA256": sha256})
    assert found.sha256 == sha256
    assert found.meta["name"] == "test-layer"


@pytest.mark.parametrize("wanted", ["", "0" * 64])
def test_a_hash_that_nobody_activated_does_not_start(own: tuple[Path, str], wanted: str) -> None:
    folder, sha256 = own
    with pytest.raises(ConfigurationError, match=sha256):
        active_layer({"TRIAGE_LAYER": str(folder), "TRIAGE_LAYER_SHA256": wanted})


def test_a_hash_without_a_folder(own: tuple[Path, str]) -> None:
    with pytest.raises(ConfigurationError, match="TRIAGE_LAYER"):
        active_layer({"TRIAGE_LAYER_SHA256": own[1]})


def test_a_folder_without_a_layer(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"layer\.npz"):
        active_layer({"TRIAGE_LAYER": str(tmp_path), "TRIAGE_LAYER_SHA256": "0" * 64})


@pytest.mark.parametrize("content", [b"", b"nothing of the sort", b"PK\x03\x04broken"])
def test_a_file_that_is_no_layer(content: bytes) -> None:
    with pytest.raises(ConfigurationError, match="is no layer file"):
        read_layer(content)


def test_a_layer_made_for_other_cues() -> None:
    with pytest.raises(ConfigurationError, match="other categories or cues"):
        read_layer(packed(layer().arrays, {**META, "cues": ["price"]}))


def test_changes_that_do_not_fit_the_model() -> None:
    made = layer()
    made.arrays["change.l0.q.up"] = np.ones((3, 2), dtype=np.float32)
    made.arrays["change.l0.q.down"] = np.ones((2, 3), dtype=np.float32)
    with pytest.raises(ConfigurationError, match="does not fit"):
        EmbeddedClassifier.with_layer(made)


def test_the_same_arrays_are_the_same_bytes() -> None:
    assert packed(layer().arrays, META) == packed(layer().arrays, META)
