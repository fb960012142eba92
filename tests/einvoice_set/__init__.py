"""Electronic documents written by hand, small but with everything that real ones carry: see the names of the files."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def sample(name: str) -> bytes:
    """The bytes of a file of this set: `sample("ubl_invoice")`."""
    return (FOLDER / f"{name}.xml").read_bytes()
