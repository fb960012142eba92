"""Which layer the classifier works with: the shipped one, or one that somebody trained here and activated.

`TRIAGE_LAYER` names the folder that `triage train` wrote, `TRIAGE_LAYER_SHA256` the hash that it printed. Both are
needed: whoever activates a layer says which one, and a file that was exchanged since then does not start.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from triage.errors import ConfigurationError
from triage.tasks.classify.layer import Layer, read_layer, shipped_layer

FOLDER_SETTING = "TRIAGE_LAYER"
HASH_SETTING = "TRIAGE_LAYER_SHA256"
OWN_FILE = "layer.npz"


def active_layer(environment: Mapping[str, str]) -> Layer:
    """The layer that these settings activate.

    Raises `ConfigurationError` where only one of the two is set, the file cannot be read, or its hash is another.
    """
    folder, wanted = (environment.get(name, "").strip() for name in (FOLDER_SETTING, HASH_SETTING))
    if not folder and not wanted:
        return shipped_layer()
    if not folder:
        raise ConfigurationError(f"{HASH_SETTING} is set, but not {FOLDER_SETTING}: name the folder of the layer, too.")
    layer = layer_in(Path(folder).expanduser())
    if layer.sha256 != wanted.lower():
        said = f"and {HASH_SETTING} says {wanted}" if wanted else f"and {HASH_SETTING} is not set"
        raise ConfigurationError(
            f"{folder}: this layer's hash is {layer.sha256}, {said}. If it is the one to work with, "
            f"set {HASH_SETTING} to it."
        )
    return layer


def layer_in(folder: Path) -> Layer:
    """The layer in a folder. Raises `ConfigurationError` where there is none that fits."""
    path = folder / OWN_FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{path}: the classifier's layer cannot be read ({error.strerror}). `triage train -o {folder}` makes one."
        ) from error
    return read_layer(content, str(path))
