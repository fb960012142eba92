"""Turns top scores into measured probabilities: temperature, bins, Wilson intervals; and computes the figures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from triage.domain.shares import wilson

Floats = npt.NDArray[np.float32]
Answers = npt.NDArray[np.int64]

_LEAST_IN_BIN = 25
_WANTED_BINS = 10


def probabilities(logits: Floats, temperature: float) -> Floats:
    """Softmax at a temperature."""
    scaled = logits / temperature
    grown = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True), dtype=np.float32)


def best_temperature(logits: Floats, answers: Answers) -> float:
    """The temperature that makes held-out answers likeliest (Guo et al. 2017)."""
    tried = np.geomspace(0.3, 5.0, 60)
    losses = [-np.log(probabilities(logits, t)[np.arange(len(answers)), answers] + 1e-9).mean() for t in tried]
    return float(tried[int(np.argmin(losses))])


def table(scores: Floats, answers: Answers) -> list[list[float]]:
    """Rows of [upper score, share right, n, low, high]; bins of like size, joined until the share never falls."""
    top, right = scores.max(axis=1), (scores.argmax(axis=1) == answers).astype(float)
    order = np.argsort(top)
    size = max(_LEAST_IN_BIN, len(order) // _WANTED_BINS)
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    if len(groups) > 1 and len(groups[-1]) < _LEAST_IN_BIN:
        groups[-2:] = [np.concatenate(groups[-2:])]
    joined: list[npt.NDArray[np.int64]] = []
    for group in groups:
        joined.append(group)
        while len(joined) > 1 and right[joined[-2]].mean() >= right[joined[-1]].mean():
            joined[-2:] = [np.concatenate(joined[-2:])]
    rows = [_row(top, right, group, joined[n + 1] if n + 1 < len(joined) else None) for n, group in enumerate(joined)]
    return [[round(value, 4) for value in row] for row in rows]


def _row(
    top: Floats, right: npt.NDArray[np.float64], group: npt.NDArray[np.int64], after: npt.NDArray[np.int64] | None
) -> list[float]:
    upper = 1.01 if after is None else float(top[group].max() + top[after].min()) / 2
    low, high = wilson(float(right[group].sum()), len(group))
    return [upper, float(right[group].mean()), float(len(group)), low, high]


def macro_f1(answers: Answers, given: Answers) -> float:
    """Mean F1 over the categories that occur in the answers."""
    values = []
    for code in sorted(set(answers.tolist())):
        hits = float(((given == code) & (answers == code)).sum())
        values.append(2 * hits / max(1.0, float((given == code).sum() + (answers == code).sum())))
    return float(np.mean(values))


def calibration_error(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over equally wide bins."""
    edges = np.clip((confidence * bins).astype(int), 0, bins - 1)
    gaps = [
        abs(confidence[edges == b].mean() - right[edges == b].mean()) * (edges == b).mean()
        for b in range(bins)
        if (edges == b).any()
    ]
    return float(sum(gaps))


def accuracy_at(confidence: Floats, right: npt.NDArray[np.bool_], coverage: float = 0.8) -> float:
    """Share right among the most confident `coverage` of all."""
    kept = np.argsort(-confidence, kind="stable")[: max(1, round(len(confidence) * coverage))]
    return float(right[kept].mean())
