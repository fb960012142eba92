"""The bytes of a layer file."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from triage.tasks.classify.layer import Floats


def packed(arrays: dict[str, Floats], meta: dict[str, Any]) -> bytes:
    """The layer file: half precision where it is large, and the metadata as bytes."""
    stored: dict[str, Any] = {
        name: values.astype(np.float16) if values.size > 1000 else values for name, values in arrays.items()
    }
    stored["meta"] = np.frombuffer(json.dumps(meta, sort_keys=True).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **stored)
    return buffer.getvalue()
