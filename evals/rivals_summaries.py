"""Summaries beside plain methods, on the same threads and messages, scored alike in one run.

    python -m evals.rivals_summaries                # installs sumy into a virtual environment that is thrown away
    python -m evals.rivals_summaries --without-sumy # the methods written out here alone

Rivals see the newest message and, for threads, everything before it, each without quoted history and signature, as ours
does; they give as many sentences as ours shows in its text (`same`), and for key points as many as ours shows
altogether (`all`: key points, asks, promises and questions, each once), so that none wins by saying more. Ours also
lists the references of the thread, which is a row of its own. `lead-3`: the newest message's first three sentences.
TextRank (Mihalcea and Tarau 2004) and LexRank (Erkan and Radev 2004) are those of `sumy` 0.11 where it can be
installed; the rows `TextRank (here)` and `LexRank (here)` are written out below, over word overlap and TF-IDF cosine.

ROUGE-L is the F1 of the longest common subsequence of words with the labelled key points; key points and asks are
counted as in the evaluation sets.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from evals.cases import SummaryTarget
from evals.inputs import case_of, view_of
from evals.reading import read_set, shipped
from evals.scoring.summary import covered, rouge_l
from triage.domain import MessageKind, Policy, Summary, View
from triage.tasks.summarise.embedded import EmbeddedSummariser
from triage.tasks.summarise.written import written
from triage.verify.answers import verify
from triage.verify.sentences import sentences

SETS = ("threads", "message-summaries")
_SUMY = "sumy==0.11.0"
_MINUTES = 5
_DAMPING = 0.85
_ROUNDS = 50
_WORD = re.compile(r"[^\W\d_]{2,}|\d+")
_THERE = """
import json, sys
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer
class Words:
    def to_words(self, text):
        import re
        return tuple(re.findall(r"[^\\W\\d_]{2,}|\\d+", text))
def picked(summarizer, texts, most):
    words = Words()
    document = ObjectDocumentModel([Paragraph([Sentence(text, words) for text in texts])])
    try:
        return [str(one) for one in summarizer(document, most)]
    except Exception as error:
        print(error, file=sys.stderr)
        return texts[:most]
makers = {"TextRank (sumy)": TextRankSummarizer(), "LexRank (sumy)": LexRankSummarizer()}
for line in sys.stdin:
    asked = json.loads(line)
    found = {name: [picked(made, asked["texts"], most) for most in asked["most"]] for name, made in makers.items()}
    print(json.dumps(found))
"""


@dataclass(frozen=True)
class Task:
    """One text to summarise, and how many sentences a rival may give."""

    of: str
    target: SummaryTarget
    newest: tuple[str, ...]
    everything: tuple[str, ...]
    """Sentences of the whole thread, oldest first."""
    same: int
    all: int


@dataclass
class Tally:
    """What a method reached on one set."""

    rouge: list[float] = field(default_factory=list)
    points: list[tuple[int, int]] = field(default_factory=list)
    asks: list[tuple[int, int]] = field(default_factory=list)
    words: list[int] = field(default_factory=list)

    def add(self, target: SummaryTarget, text: str, everything: str) -> None:
        """Count one answer: its text, and all that it shows."""
        reference = target.summary or " ".join(target.key_points)
        self.rouge.append(rouge_l(reference, text))
        self.points.append((sum(covered(one, everything) for one in target.key_points), len(target.key_points)))
        self.asks.append((sum(covered(one, everything) for one in target.asks), len(target.asks)))
        self.words.append(len(everything.split()))

    def line(self) -> str:
        """As a row of the table."""
        points, asks = (sum(n for n, _ in rows) / sum(m for _, m in rows) for rows in (self.points, self.asks))
        return f"{np.mean(self.rouge):.3f}  {points:.3f}  {asks:.3f}  {np.mean(self.words):5.0f}"


def text_rank(texts: Sequence[str], most: int) -> list[str]:
    """Sentences by PageRank over word overlap, divided by the logarithms of their lengths."""
    bags = [set(_WORD.findall(text.casefold())) for text in texts]

    def alike(one: set[str], other: set[str]) -> float:
        scale = math.log(len(one) or 1) + math.log(len(other) or 1)
        return len(one & other) / scale if scale > 0 else 0.0

    return _ranked(texts, np.array([[alike(a, b) * (a is not b) for b in bags] for a in bags]), most)


def lex_rank(texts: Sequence[str], most: int) -> list[str]:
    """Sentences by PageRank over the cosine of their TF-IDF vectors, where that is above a tenth."""
    bags = [Counter(_WORD.findall(text.casefold())) for text in texts]
    seen = Counter(word for bag in bags for word in bag)
    weights = {word: math.log(len(bags) / count) + 1 for word, count in seen.items()}
    names = {word: n for n, word in enumerate(weights)}
    rows = np.zeros((len(bags), max(1, len(names))))
    for n, bag in enumerate(bags):
        for word, count in bag.items():
            rows[n, names[word]] = count * weights[word]
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    near = (rows / np.maximum(lengths, 1e-9)) @ (rows / np.maximum(lengths, 1e-9)).T
    np.fill_diagonal(near, 0.0)
    return _ranked(texts, np.where(near > 0.1, 1.0, 0.0), most)


def _ranked(texts: Sequence[str], weights: np.ndarray, most: int) -> list[str]:
    if not texts:
        return []
    out = weights.sum(axis=1, keepdims=True)
    moves = np.where(out > 0, weights / np.maximum(out, 1e-9), 1.0 / len(texts))
    rank = np.full(len(texts), 1.0 / len(texts))
    for _ in range(_ROUNDS):
        rank = (1 - _DAMPING) / len(texts) + _DAMPING * moves.T @ rank
    best = sorted(np.argsort(-rank, kind="stable")[:most])
    return [texts[int(n)] for n in best]


def lead(texts: Sequence[str], most: int) -> list[str]:
    """The first sentences."""
    return list(texts[:most])


def tasks_of(name: str, summariser: EmbeddedSummariser) -> Iterator[tuple[Task, Summary]]:
    """The measured cases of a set with what ours says of them."""
    of = read_set(shipped() / f"{name}.yaml")
    for case in of.measured:
        view = view_of(case_of(case, of.folder, of.head.now, Policy()), None, Policy())
        said = verify(summariser.invoke(view), view)
        assert isinstance(case.target, SummaryTarget)
        yield _task(name, case.target, view, said), said


def _task(name: str, target: SummaryTarget, view: View, said: Summary) -> Task:
    spoken = [m for m in view.case.messages if m.kind is MessageKind.MESSAGE] or list(view.case.messages)
    bodies = [tuple(sentences(written(message.body) or message.body)) for message in spoken]
    newest = bodies[-1] if bodies else ()
    shown = _distinct(_all_shown(said))
    return Task(
        of=name,
        target=target,
        newest=newest,
        everything=tuple(text for body in bodies for text in body),
        same=max(1, len(sentences(said.text))),
        all=max(1, len(shown)),
    )


def _all_shown(said: Summary) -> list[str]:
    promised = [one.text for one in said.promised]
    return [*sentences(said.text), *said.key_points, *said.asks, *promised, *said.questions]


def _distinct(texts: Sequence[str]) -> list[str]:
    """Each text once: what only differs in capitals, full stops or by being part of another is the same."""
    bare = {re.sub(r"[\W_]+", " ", text.casefold()).strip(): text for text in texts}
    return [text for key, text in bare.items() if key and not any(key != other and key in other for other in bare)]


def in_sumy(tasks: Sequence[Task]) -> list[Mapping[str, list[list[str]]]]:
    """What `sumy` picks, from a virtual environment made for it; raises `RuntimeError` where that cannot be had."""
    asked = "".join(
        json.dumps({"texts": list(task.everything) or ["-"], "most": [task.same, task.all]}) + "\n" for task in tasks
    )
    with TemporaryDirectory(prefix="triage-rivals-") as folder:
        python = str(Path(folder) / "bin" / "python")
        for command in (
            [sys.executable, "-m", "venv", folder],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _SUMY, "numpy", "setuptools<81"],
        ):
            done = subprocess.run(command, capture_output=True, text=True, timeout=60 * _MINUTES, check=False)
            if done.returncode:
                raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no reason given")
        ran = subprocess.run(
            [python, "-c", _THERE], input=asked, capture_output=True, text=True, timeout=60 * _MINUTES, check=False
        )
        if ran.returncode:
            raise RuntimeError(ran.stderr.strip().splitlines()[-1])
        return [json.loads(line) for line in ran.stdout.splitlines()]


HERE: dict[str, Callable[[Sequence[str], int], list[str]]] = {
    "TextRank (here)": text_rank,
    "LexRank (here)": lex_rank,
}


def measured(name: str, sumy: bool) -> dict[str, Tally]:
    """What each method reaches on a set."""
    pairs = list(tasks_of(name, EmbeddedSummariser()))
    tallies: dict[str, Tally] = {"this summariser": Tally(), "  with references": Tally(), "lead-3": Tally()}
    for task, said in pairs:
        shown = _distinct(_all_shown(said))
        tallies["this summariser"].add(task.target, said.text, "\n".join(shown))
        tallies["  with references"].add(task.target, said.text, "\n".join([*shown, *said.references]))
        first = " ".join(lead(task.newest, 3))
        tallies["lead-3"].add(task.target, first, first)
        for method, pick in {**HERE, "lead (as many)": lead}.items():
            text, everything = (pick(task.everything, most) for most in (task.same, task.all))
            tallies.setdefault(method, Tally()).add(task.target, " ".join(text), "\n".join(everything))
    if sumy:
        for (task, _), found in zip(pairs, in_sumy([task for task, _ in pairs]), strict=True):
            for method, (text, everything) in found.items():
                tallies.setdefault(method, Tally()).add(task.target, " ".join(text), "\n".join(everything))
    return tallies


def main() -> None:
    """Print a table a set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without-sumy", action="store_true", help="only the methods written out here")
    asked = parser.parse_args()
    for name in SETS:
        try:
            found = measured(name, not asked.without_sumy)
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            print(f"sumy could not be had ({error}); its rows are missing", file=sys.stderr)
            found = measured(name, sumy=False)
        print(f"\n{name}: ROUGE-L, key points, asks found, words shown")
        for method, tally in found.items():
            print(f"{method:<18} {tally.line()}")


if __name__ == "__main__":
    main()
