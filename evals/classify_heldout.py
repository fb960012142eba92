"""Answers about mails by authors whom the layer has not read: what confidence is counted on.

The training texts were written by several people, in files of their own. One author's full mails are left out in all
languages that this author wrote, a layer is trained on everybody else's, and it answers the mails left out. The test
messages stay out of this.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evals.classify_corpus import Ask, Corpus, composed
from evals.classify_training import Embed, Example, Floats, Settings, learn_members, logits, tabulate

AUTHORS = (
    ("mails", ("de", "nl")),
    ("mails", ("fr", "es")),
    ("mails", ("en",)),
    ("pairs", ("de", "nl", "en")),
    ("pairs", ("fr", "es")),
)
"""Who wrote full mails: file and languages. Single asks are no population that a desk's mail resembles."""


def examples_of(corpus: Corpus, asks: Sequence[Ask], copies: int, seed: int) -> list[Example]:
    """Composed mails as training examples."""
    return [
        Example(mail.subject, mail.body, mail.ask.role, mail.ask.category, mail.ask.subtype)
        for mail in composed(corpus, list(asks), copies, seed)
    ]


def as_written(asks: Sequence[Ask]) -> list[Example]:
    """Mails as their author wrote them, with nothing around."""
    return [Example(ask.subject, ask.text, ask.role, ask.category, ask.subtype) for ask in asks]


def answers_of_unread_authors(
    corpus: Corpus, embed: Embed, settings: Settings, members: int
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Logits (N by 12) and right answers for the mails of every one of `AUTHORS`."""
    found, answers = [], []
    for author, languages in AUTHORS:
        unread = [ask for ask in corpus.asks if ask.author == author and ask.language in languages]
        read = [ask for ask in corpus.asks if ask not in unread]
        learnt, mean, scale = tabulate(examples_of(corpus, read, 1, settings.seed), embed)
        weights = learn_members(learnt, settings, members)
        table = tabulate(as_written(unread), embed, (mean, scale))[0]
        found.append(logits(weights, table))
        answers.append(table.categories)
    return np.concatenate(found), np.concatenate(answers)
