"""Trains the embedded classifier's layer and writes it with its calibration: `python -m evals.train_classifier`.

Trained on `evals/train`. Temperature and calibration table come from its full mails by authors left out of training
(`evals/classify_heldout.py`); `evals/sets/messages` is only measured. `--calibrate-only` counts the table anew for the
layer that is there.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from evals.classify_calibration import accuracy_at, best_temperature, calibration_error, macro_f1, probabilities, table
from evals.classify_corpus import FOLDER, read_corpus
from evals.classify_heldout import answers_of_unread_authors, examples_of
from evals.classify_training import Embed, Example, Floats, Settings, learn_members, logits, tabulate
from triage.domain import Category
from triage.models.embedding import default_embedding
from triage.tasks.classify.layer import LAYER_FILE, read_layer

TARGET = Path(__file__).parent.parent / "triage" / "tasks" / "classify" / "data" / LAYER_FILE
MESSAGES = Path(__file__).parent / "sets" / "messages"
POPULATION = "full mails by authors left out of training"
COPIES = 3
MEMBERS = 4


def remembering_embedder() -> Embed:
    """Embeds each text once per run."""
    known: dict[str, Floats] = {}

    def embed(texts: list[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, default_embedding().embed(new), strict=True))
        return np.stack([known[text] for text in texts])

    return embed


def other_authors(folder: Path = MESSAGES) -> list[Example]:
    """The test messages: full mails by authors whose words no layer is trained on."""
    rows = [json.loads(line) for path in sorted(folder.glob("test-*.jsonl")) for line in path.open(encoding="utf-8")]
    return [
        Example(row.get("subject") or "", row["text"], row["from_role"], row["label"], row.get("subtype") or "")
        for row in rows
    ]


def languages_of(folder: Path = MESSAGES) -> list[str]:
    """The language of each test message, in the order of `other_authors`."""
    return [
        json.loads(line)["language"]
        for path in sorted(folder.glob("test-*.jsonl"))
        for line in path.open(encoding="utf-8")
    ]


def report(scores: Floats, answers: np.ndarray, languages: list[str]) -> dict[str, dict[str, float]]:
    """Figures for each language and over all."""
    groups = {"all": np.ones(len(answers), dtype=bool)}
    groups |= {one: np.array([language == one for language in languages]) for one in sorted(set(languages))}
    found = {}
    for name, chosen in groups.items():
        given, top = scores[chosen].argmax(axis=1), scores[chosen].max(axis=1)
        right = given == answers[chosen]
        found[name] = {
            "n": int(chosen.sum()),
            "accuracy": round(float(right.mean()), 3),
            "macro_f1": round(macro_f1(answers[chosen], given), 3),
            "calibration_error": round(calibration_error(top, right), 3),
            "accuracy_at_80": round(accuracy_at(top, right), 3),
        }
    return found


def data_hash(folder: Path = FOLDER) -> str:
    """SHA-256 over the training texts."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.txt")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def packed(arrays: dict[str, Floats], meta: dict[str, object]) -> bytes:
    """The layer file: half precision where it is large, and the metadata as bytes."""
    stored: dict[str, np.ndarray] = {
        name: values.astype(np.float16) if values.size > 1000 else values for name, values in arrays.items()
    }
    stored["meta"] = np.frombuffer(json.dumps(meta, sort_keys=True).encode(), dtype=np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **stored)
    return buffer.getvalue()


def main() -> None:
    """Train, calibrate on authors left out, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=TARGET)
    parser.add_argument("--calibrate-only", action="store_true", help="keep the weights")
    parser.add_argument("--epochs", type=int, default=Settings.epochs)
    args = parser.parse_args()
    settings, corpus, embed = Settings(epochs=args.epochs), read_corpus(), remembering_embedder()
    if args.calibrate_only:
        weights = {
            name: np.asarray(w, dtype=np.float32) for name, w in read_layer(args.out.read_bytes()).arrays.items()
        }
        mean, scale = weights.pop("mean"), weights.pop("scale")
        weights.pop("temperature")
    else:
        learnt, mean, scale = tabulate(examples_of(corpus, corpus.asks, COPIES, settings.seed), embed)
        weights = learn_members(learnt, settings, MEMBERS)
    unread, right = answers_of_unread_authors(corpus, embed, settings, MEMBERS)
    temperature = best_temperature(unread, right)
    measured = tabulate(other_authors(), embed, (mean, scale))[0]
    figures = report(probabilities(logits(weights, measured), temperature), measured.categories, languages_of())
    arrays = {
        **weights,
        "mean": mean,
        "scale": scale,
        "temperature": np.array([temperature]),
    }
    meta = {
        "name": "layer-1",
        "categories": [category.value for category in Category],
        "embedding": default_embedding().name,
        "data": data_hash(),
        "asks": len(corpus.asks),
        "settings": asdict(settings) | {"copies": COPIES, "members": MEMBERS},
        "population": POPULATION,
        "calibration": {"all": table(probabilities(unread, temperature), right)},
        "held_out": figures,
    }
    args.out.write_bytes(packed(arrays, meta))
    print(json.dumps(figures, indent=1))
    print(f"{args.out}: {args.out.stat().st_size} bytes, temperature {temperature:.2f}")


if __name__ == "__main__":
    main()
