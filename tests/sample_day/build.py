"""Rebuild the sample day: `python -m tests.sample_day.build [FOLDER]`, by default where it ships."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.sample_day.filed import filed
from tests.sample_day.firms import CAPTURED_AT, COMPANY, EVERYBODY
from tests.sample_day.letters import letters, packed
from tests.sample_day.purchases import bystanders, purchases
from tests.sample_day.sales import sales
from triage.domain import Case, Frozen, Order

RELATED = {
    "S00405": ("S00432",),
    "S00377": ("S00439",),
    "S00425": ("S00429",),
    "S00429": ("S00425",),
    "S00435": ("S00436",),
    "S00436": ("S00435",),
}
"""Which other orders of its customer a capture brings along with an order."""

SHIPPED = Path(__file__).parents[2] / "triage" / "sample_day"


def build(folder: Path) -> None:
    """Write mails, Odoo's side and the filed cases into `folder`."""
    for name in ("mails", "cases"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for letter in letters():
        (folder / "mails" / f"{letter.name}.eml").write_bytes(packed(letter))
    _write(folder / "odoo.json", _odoo(records()))
    for case in filed():
        _write(folder / "cases" / f"{case.record.name}.json", _plain(case))


def records() -> list[Case]:
    """Odoo's side: every record of the day with its neighbourhood."""
    cases = (*sales(), *purchases(), *bystanders())
    heads: dict[str, Order] = {case.order.ref.name: case.order for case in cases if case.order}
    return [case.with_(related=tuple(heads[name] for name in RELATED.get(case.record.name, ()))) for case in cases]


def _odoo(cases: Iterable[Case]) -> dict[str, Any]:
    return {
        "company": _plain(COMPANY),
        "captured_at": CAPTURED_AT.isoformat(),
        "partners": [_plain(partner) for partner in EVERYBODY],
        "cases": [_plain(case) for case in cases],
    }


def _plain(value: Frozen) -> dict[str, Any]:
    return value.model_dump(mode="json", exclude_defaults=True)


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
