"""Rebuild the set of layouts from another hand: `python -m tests.documents_set.unseen [FOLDER]`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.documents_set import unseen_dev, unseen_dev2, unseen_test, unseen_test2
from tests.documents_set.build import write

SHIPPED = Path(__file__).parents[2] / "evals" / "sets" / "documents4"
ISSUERS = (*unseen_dev.ISSUERS, *unseen_dev2.ISSUERS, *unseen_test.ISSUERS, *unseen_test2.ISSUERS)

if __name__ == "__main__":
    write(
        Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED, ISSUERS, "documents4", {"renderer": "ReportLab, flowing"}
    )
