"""What a layer's scores are worth: counted on mails by authors that it has not read.

The temperature and the table of confidences come from two kinds of them: authors left out of training one group after
the other (a layer is trained for each group), and the authors of split `dev`, whom no layer reads. A layer that has
been in use is counted anew on a sample whose reviewers did not see what it said (`recalibrated`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from evals.classify_calibration import best_temperature, probabilities, table
from evals.classify_corpus import Ask
from triage.tasks.classify.layer import gated

Floats = npt.NDArray[np.float32]
POPULATION = "full mails by authors left out of training"
_WROTE = {("mails", "de"): "1", ("mails", "nl"): "1", ("mails", "fr"): "2", ("mails", "es"): "2"}
"""Old files of one name that one person wrote in several languages."""
_FAR = 0.99
_SHRINK = 0.1
_DIRECTIONS = 64


@dataclass(frozen=True)
class Unread:
    """Answers about mails: logits, how likely an exception is, right answers, and what was heard of the vectors."""

    logits: Floats
    exception: Floats
    answers: npt.NDArray[np.int64]
    mail: Floats

    def and_(self, other: Unread) -> Unread:
        """Both."""
        return Unread(
            np.concatenate([self.logits, other.logits]),
            np.concatenate([self.exception, other.exception]),
            np.concatenate([self.answers, other.answers]),
            np.concatenate([self.mail, other.mail]),
        )


def author(ask: Ask) -> str:
    """Who wrote a mail, as far as the files tell."""
    return ask.author + _WROTE.get((ask.author, ask.language), ask.language)


def author_groups(asks: Sequence[Ask], count: int, bare: set[str]) -> list[set[str]]:
    """`count` groups of authors of full mails, about alike in size; those of bare asks are in none."""
    sizes: dict[str, int] = {}
    for ask in asks:
        if ask.author not in bare:
            sizes[author(ask)] = sizes.get(author(ask), 0) + 1
    groups: list[set[str]] = [set() for _ in range(count)]
    for name in sorted(sizes, key=lambda one: (-sizes[one], one)):
        min(groups, key=lambda group: sum(sizes[one] for one in group)).add(name)
    return groups


def counted(unread: Unread) -> tuple[float, list[list[float]]]:
    """The temperature and the table of confidences."""
    temperature = best_temperature(unread.logits, unread.answers)
    scores = gated(probabilities(unread.logits, temperature), unread.exception)
    return temperature, table(scores, unread.answers)


def known(mail: Floats, answers: npt.NDArray[np.int64], unread: Floats) -> dict[str, Floats]:
    """Where mails that were learnt from lie, and how far unread ones stray (Lee et al. 2018, arXiv:1807.03888).

    Distances are counted in the directions in which mails of one category differ least for how much all differ.
    """
    centres = np.stack([mail[answers == k].mean(axis=0) for k in sorted(set(answers.tolist()))])
    place = {k: n for n, k in enumerate(sorted(set(answers.tolist())))}
    apart = mail - centres[[place[k] for k in answers.tolist()]]
    within = np.cov(apart.T) + np.eye(mail.shape[1]) * _SHRINK * float((apart**2).mean())
    values, directions = np.linalg.eigh(within)
    spread = ((mail - mail.mean(axis=0)) @ directions).var(axis=0)
    telling = np.argsort(-spread / values)[:_DIRECTIONS]
    whitener = directions[:, telling] / np.sqrt(values[telling])
    far = [np.sqrt((((one - centres) @ whitener) ** 2).sum(axis=1).min()) for one in unread]
    return {
        "known_centres": centres.astype(np.float32),
        "known_whitener": whitener.astype(np.float32),
        "known_reach": np.array([np.quantile(far, _FAR)], dtype=np.float32),
    }
