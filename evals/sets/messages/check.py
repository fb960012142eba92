"""Check the message sets beside this file: types, labels, quotes, ids, near-duplicates; then print the counts.

Run `python evals/sets/messages/check.py`; it ends with 1 and a line a fault where a set is not sound.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from triage.domain.taxonomy import SUBTYPES, Category, Severity

ROLES = {"customer", "supplier", "carrier", "system", "colleague"}
KEYS = {
    "id", "text", "from_role", "label", "secondary", "subtype", "severity", "language", "style", "industry",
    "key_points", "asks", "references",
}  # fmt: skip
OPTIONAL = {"subject", "note"}
NEAR = 80
"""From this token-set ratio on two messages of a language count as near-duplicates."""

Row = dict[str, Any]


def read(folder: Path) -> list[Row]:
    """Every row of the folder's `test-*.jsonl`, in file order."""
    return [json.loads(line) for path in sorted(folder.glob("test-*.jsonl")) for line in path.read_text().splitlines()]


def label_faults(row: Row) -> list[str]:
    """What is wrong with the labels of one row."""
    codes = {category.value for category in Category}
    faults = [f"unknown category {code}" for code in [row["label"], *row["secondary"]] if code not in codes]
    if row["subtype"] and row["subtype"] not in SUBTYPES[Category(row["label"])]:
        faults.append(f"subtype {row['subtype']} does not belong to {row['label']}")
    if row["label"] in row["secondary"]:
        faults.append("primary repeated as secondary")
    if row["severity"] not in {severity.value for severity in Severity} or row["from_role"] not in ROLES:
        faults.append("unknown severity or role")
    return faults


def stands(figure: str, source: str) -> bool:
    """Whether the figure stands in the text as a word of its own, not as a part of a longer number."""
    return re.search(rf"(?<!\w){re.escape(figure)}(?!\w)", source) is not None


def quote_faults(row: Row) -> list[str]:
    """References, and figures of the key points, that do not stand in the message or its subject."""
    source = f"{row.get('subject', '')}\n{row['text']}"
    figures = [word.strip(".,;:()'\"") for point in row["key_points"] for word in re.findall(r"\S*\d\S*", point)]
    faults = [f"reference {ref!r} is not in the text" for ref in row["references"] if ref not in source]
    faults += [
        f"figure {figure!r} of a key point is not in the text" for figure in figures if not stands(figure, source)
    ]
    if not 1 <= len(row["key_points"]) <= 3:
        faults.append("one to three key points are needed")
    return faults


def faults_of(rows: list[Row]) -> list[str]:
    """One line a fault, over all rows."""
    found = []
    for row in rows:
        if not set(row) >= KEYS or not set(row) <= KEYS | OPTIONAL:
            found.append(f"{row.get('id')}: keys {sorted(set(row) ^ KEYS)}")
            continue
        found += [f"{row['id']}: {fault}" for fault in label_faults(row) + quote_faults(row)]
        if not 8 <= len(row["text"].split()) <= 320:
            found.append(f"{row['id']}: {len(row['text'].split())} words")
    found += [f"{name}: id used {n} times" for name, n in Counter(row["id"] for row in rows).items() if n > 1]
    for one, two in combinations(rows, 2):
        ratio = fuzz.token_set_ratio(one["text"], two["text"]) if one["language"] == two["language"] else 0
        if ratio >= NEAR:
            found.append(f"{one['id']} and {two['id']} are alike ({ratio:.0f})")
    return found


def main() -> int:
    """Print counts and faults; 1 where there is a fault."""
    rows = read(Path(__file__).parent)
    for key in ("language", "label", "from_role", "severity"):
        print(key, dict(sorted(Counter(row[key] for row in rows).items())))
    languages = sorted({row["language"] for row in rows})
    for name in languages:
        mine = [row for row in rows if row["language"] == name]
        print(name, len(mine), "rows,", len({row["style"] for row in mine}), "styles:", end=" ")
        print(dict(sorted(Counter(row["label"] for row in mine).items())))
    faults = faults_of(rows)
    print("\n".join(faults) if faults else "no fault")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
