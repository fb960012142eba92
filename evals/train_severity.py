"""Learns what signs and matters weigh on the severity: `python -m evals.train_severity`.

Reads the training messages that carry a severity, fits cumulative logits (one weight a sign and matter, three cuts)
near weights that the field would expect, and writes them beside the list of signs. Prints what they do on `dev`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from triage.domain import SUBTYPES, Category, Severity
from triage.tasks.classify.reading import sentences
from triage.tasks.classify.steering import for_people
from triage.tasks.classify.urgency import SIGNS_FILE, WEIGHTS_FILE, Sign, read_signs

ROOT = Path(__file__).parent.parent
DATA = ROOT / "triage/tasks/classify/data"
STEPS = [severity.value for severity in Severity]
EXPECTED = {
    "safety": 3.0,
    "standstill": 3.0,
    "care": 0.8,
    "cold": 1.0,
    "without": 2.0,
    "idle": 1.0,
    "now": 1.2,
    "last": 0.8,
    "today": 0.9,
    "tomorrow": 0.9,
    "clock": 0.5,
    "deadline": 0.4,
    "event": 0.8,
    "called": 0.8,
    "legal": 1.5,
    "again": 0.6,
    "leaving": 0.5,
    "stopped": 0.3,
    "waiting": 0.8,
    "useless": 0.4,
    "money": 0.6,
    "whole": 0.2,
    "calm": -2.5,
    "settled": -1.0,
    "thanks": -0.5,
}
"""Where a sign's weight starts from: rare signs stay near it."""
_PULL = 2.0
_RARE = 0.7
"""Power by which rare severities count more: the costly mistake is to overlook an urgent one."""
Floats = npt.NDArray[np.float64]


def rows() -> list[dict[str, Any]]:
    """Training and dev messages that carry a severity."""
    found = []
    for path in sorted((ROOT / "evals/sets/training").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row.get("severity") and row.get("label"):
                found.append(row)
    return found


def text_of(row: dict[str, Any]) -> str:
    """Subject and own sentences, a line each, as the classifier reads them."""
    return "\n".join([row.get("subject") or "", *(one.text for one in sentences(row["text"]))])


def columns(signs: Sequence[Sign]) -> list[str]:
    """Names of the weights."""
    matters = [category.value for category in Category]
    return [
        *(sign.code for sign in signs),
        *matters,
        *(f"{category.value}/{code}" for category, codes in SUBTYPES.items() for code in codes),
    ]


def features(row: dict[str, Any], signs: Sequence[Sign], names: Sequence[str]) -> Floats:
    """One row of zeros and ones."""
    kept, _ = for_people([line for line in text_of(row).splitlines() if line.strip()])
    plain = "\n".join(kept)
    held = {sign.code for sign in signs if sign.pattern.search(plain)}
    held |= {row["label"], f"{row['label']}/{row.get('subtype') or ''}"}
    return np.array([float(name in held) for name in names])


def fit(x: Floats, y: npt.NDArray[np.int64], start: Floats) -> tuple[Floats, Floats]:
    """Weights and ascending cuts of cumulative logits, pulled towards `start`."""
    from scipy.optimize import minimize  # type: ignore[import-untyped,unused-ignore]

    counts = np.bincount(y, minlength=4)
    share = (counts.mean() / counts[y]) ** _RARE
    above = (y[:, None] > np.arange(3)).astype(float)

    def loss(values: Floats) -> tuple[float, Floats]:
        weights, cuts = values[:-3], values[-3:]
        margin = (x @ weights)[:, None] - cuts
        cost = (np.logaddexp(0, margin) - above * margin) * share[:, None]
        slope = (1 / (1 + np.exp(-margin)) - above) * share[:, None]
        off = weights - start
        return float(cost.sum() + _PULL / 2 * (off**2).sum()), np.concatenate(
            [x.T @ slope.sum(axis=1) + _PULL * off, -slope.sum(axis=0)]
        )

    begin = np.concatenate([start, [-1.0, 3.0, 5.0]])
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": 500}).x
    return found[:-3], np.sort(found[-3:])


def report(name: str, place: npt.NDArray[np.int64], y: npt.NDArray[np.int64]) -> None:
    """Share right, right within one step, and recall by severity."""
    recall = "  ".join(f"{step} {(place[y == n] == n).mean():.2f}" for n, step in enumerate(STEPS) if (y == n).any())
    right, near = (place == y).mean(), (abs(place - y) <= 1).mean()
    print(f"{name:<6} n {len(y)}  right {right:.3f}  within one {near:.3f}  {recall}")


def main() -> None:
    """Train, print, write."""
    words = (DATA / SIGNS_FILE).read_bytes()
    signs = read_signs(words.decode("utf-8"))
    names, told = columns(signs), rows()
    x = np.array([features(row, signs, names) for row in told])
    y = np.array([STEPS.index(row["severity"]) for row in told])
    dev = np.array([row.get("split") == "dev" for row in told])
    weights, cuts = fit(x[~dev], y[~dev], np.array([EXPECTED.get(name, 0.0) for name in names]))
    for name, part in (("train", ~dev), ("dev", dev)):
        report(name, ((x[part] @ weights)[:, None] > cuts).sum(axis=1), y[part])
    told_weights = {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}
    written = {
        "learnt_on": f"{int((~dev).sum())} training messages with a severity, their right category and subtype given",
        "signs": hashlib.sha256(words).hexdigest(),
        "cuts": [round(float(cut), 3) for cut in cuts],
        "weights": {name: weight for name, weight in told_weights.items() if abs(weight) >= 0.005},
    }
    (DATA / WEIGHTS_FILE).write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
