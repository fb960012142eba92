"""The sample day: a fictional Tuesday at a fictional distributor's order desk, for a first look and for the demo.

Mails as a server stores them (`mails/*.eml`), Odoo's side of them (`odoo.json`), and cases that no mail is about
(`cases/*.json`). Every firm, person, number and document is invented; README.md beside this file tells the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path


@contextmanager
def folder() -> Iterator[Path]:
    """The folder of the sample day as a real path, as long as the `with` block lasts.

    Also where the package was imported from an archive: then the files are unpacked for that time.
    """
    with as_file(files(__name__)) as path:
        yield path


__all__ = ["folder"]
