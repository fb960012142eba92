"""numpy's matrix library is told to use one thread a product, unless somebody decided otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from triage.models.threads import _libraries, one_thread_a_product

ASK = """
import ctypes, numpy as np
from triage.models.threads import _libraries, one_thread_a_product
library = ctypes.CDLL(str(_libraries()[0].resolve()))
print(one_thread_a_product(), library.scipy_openblas_get_num_threads64_())
"""


def asked(**settings: str) -> list[str]:
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    told = subprocess.run(
        [sys.executable, "-c", ASK], env=kept | settings, check=True, capture_output=True, text=True, timeout=60
    )
    return told.stdout.split()


@pytest.mark.skipif(not _libraries(), reason="numpy was not built with its own OpenBLAS here")
def test_one_thread_and_the_environment_overrules() -> None:
    assert asked() == ["True", "1"]
    assert asked(OPENBLAS_NUM_THREADS="2")[0] == "False"


def test_products_are_the_same_afterwards() -> None:
    random = np.random.default_rng(0)
    left, right = (random.standard_normal((200, 384)).astype(np.float32) for _ in range(2))
    before = left @ right.T
    one_thread_a_product()
    assert np.allclose(before, left @ right.T, atol=1e-4)


def test_a_file_that_is_no_library_is_passed_over(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "libopenblas.so"
    other.write_bytes(b"nothing")
    monkeypatch.setattr("triage.models.threads._libraries", lambda: [other])
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    assert one_thread_a_product() is False
