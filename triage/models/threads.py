"""How many threads numpy's matrix library takes for one product: one, because batches are spread over the cores anyway.

OpenBLAS starts a thread a core and lets them wait for each other by spinning. Where other programs or other threads of
this one use the cores, that costs many times what it gains. The count is a property of the process.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import numpy as np

_FOLDERS = ("../numpy.libs", ".dylibs")
"""Where numpy's wheels keep the library: on Linux and Windows beside the package, on macOS in it."""
_SETTERS = ("scipy_openblas_set_num_threads64_", "openblas_set_num_threads64_", "openblas_set_num_threads")
_CHOSEN = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Who sets one of these has decided."""


def one_thread_a_product() -> bool:
    """Tell OpenBLAS to use one thread; whether it could be told. Another library is left as it is."""
    if any(os.environ.get(name) for name in _CHOSEN):
        return False
    return any(list(map(_told, _libraries())))


def _libraries() -> list[Path]:
    package = Path(np.__file__).parent
    return [path for folder in _FOLDERS for path in (package / folder).glob("*openblas*")]


def _told(path: Path) -> bool:
    """The library is loaded already: this finds it again."""
    try:
        library = ctypes.CDLL(str(path.resolve()))
    except OSError:
        return False
    for name in _SETTERS:
        setter = getattr(library, name, None)
        if setter is not None:
            setter(ctypes.c_int(1))
            return True
    return False
