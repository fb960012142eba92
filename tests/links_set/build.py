"""Rebuild the linking set: `python -m tests.links_set.build [FOLDER]`, by default where it ships."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.links_set.mails import Story, packed, stories
from tests.links_set.records import book, open_to

SHIPPED = Path(__file__).parents[2] / "evals" / "sets" / "links"


def row(story: Story) -> dict[str, Any]:
    """The labelled case of a story."""
    target: dict[str, Any] = {"status": story.status}
    if story.status == "certain":
        target["record"] = story.records[0]
    elif story.records:
        target["candidates"] = list(story.records)
    if story.sender != ("own",):
        target["may_open"] = sorted({name for key in story.sender if key != "nobody" for name in open_to(key)})
    return {
        "id": story.id,
        "language": story.language,
        "source": story.family,
        "split": story.half,
        "tags": [story.status],
        "input": {"files": [f"links/mails/{story.id}.eml"], "records": "links/odoo.json"},
        "target": target,
    }


def build(folder: Path) -> None:
    """Write mails, records and labels into `folder`."""
    (folder / "mails").mkdir(parents=True, exist_ok=True)
    told = stories()
    for story in told:
        (folder / "mails" / f"{story.id}.eml").write_bytes(packed(story))
    for half in ("dev", "test"):
        lines = [json.dumps(row(story), ensure_ascii=False) for story in told if story.half == half]
        (folder / f"{half}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    records = book().model_dump(mode="json", exclude_defaults=True)
    for case in records["cases"]:
        del case["company"], case["captured_at"]
    (folder / "odoo.json").write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
