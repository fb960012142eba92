"""What the classifier is trained on, and how a mail is varied and cut."""

from __future__ import annotations

import random

import numpy as np
import pytest

from evals.classify_corpus import Ask, compose, read_corpus
from evals.training.examples import PIECES, as_written, pieces_of, untidy, varied
from triage.domain import SUBTYPES, Category
from triage.models.embedding import MultilingualE5
from triage.tasks.classify.cues import cue_list

CORPUS = read_corpus()
READER = MultilingualE5()
ASK = Ask(
    "en",
    "damage_loss",
    "damaged",
    "customer",
    "Drums",
    "Two of the drums leak. Were they dropped?",
    secondary=("returns",),
)


def test_every_ask_has_a_category_and_a_subtype_of_it() -> None:
    for ask in CORPUS.asks:
        assert not ask.subtype or ask.subtype in SUBTYPES[Category(ask.category)], ask


def test_every_category_is_told_in_five_languages() -> None:
    counts: dict[tuple[str, str], int] = {}
    for ask in CORPUS.asks:
        counts[ask.language, ask.category] = counts.get((ask.language, ask.category), 0) + 1
    assert min(counts[lang, c.value] for lang in ("en", "de", "fr", "es", "nl") for c in Category) >= 20


def test_nobody_who_chooses_is_learnt_from() -> None:
    learnt = {(ask.language, ask.author) for ask in CORPUS.asks}
    assert learnt.isdisjoint((ask.language, ask.author) for ask in read_corpus(split="dev").asks)


def test_a_mail_holds_its_ask_and_is_made_the_same_again() -> None:
    some = random.Random(5).sample(CORPUS.asks, 20)
    mails, again = ([compose(CORPUS, ask, random.Random(n)) for n, ask in enumerate(some)] for _ in range(2))
    assert mails == again
    assert all(mail.ask.text in mail.body for mail in mails)


def test_an_example_is_what_the_classifier_reads() -> None:
    (made,) = as_written([ASK], READER)
    assert pieces_of(ASK.subject, ASK.text).texts == ("Drums", "Two of the drums leak.", "Were they dropped?")
    assert len(made.windows) == 1
    assert len(made.windows[0].spans) == 3
    assert made.around.shape == (3, 1 + 4 + 2 * len(cue_list().names))
    assert made.around[:, 0].tolist() == [1.0, 0.0, 0.0]
    assert (made.category, made.secondary) == (4, (6,))


def test_a_mail_without_words_is_no_example() -> None:
    assert as_written([Ask("en", "other", "", "customer", "", " \n")], READER) == []


def test_no_more_pieces_than_are_learnt_from() -> None:
    assert len(pieces_of("s", "A sentence of some length. " * 60).texts) == PIECES


def test_mails_vary_and_the_same_seed_varies_them_alike() -> None:
    some = random.Random(3).sample(CORPUS.asks, 30)
    runs = [list(varied(CORPUS, some, READER, random.Random(seed))) for seed in (1, 1, 2)]
    windows = [[one.windows for one in run] for run in runs]
    assert windows[0] == windows[1]
    assert windows[0] != windows[2]


@pytest.mark.parametrize("text", ["", "x", "Grüße aus Köln, die Fässer sind undicht!", "123 456"])
def test_untidy_text_is_never_lost(text: str) -> None:
    made = [untidy(text, "de", random.Random(seed)) for seed in range(200)]
    assert all(len(one) >= len(text) * 0.5 for one in made)
    assert made.count(text) > 60


def test_lost_umlauts_are_spelt_out_in_german_only() -> None:
    german = {untidy("Fässer", "de", random.Random(seed)) for seed in range(200)}
    french = {untidy("Fässer", "fr", random.Random(seed)) for seed in range(200)}
    assert "Faesser" in german
    assert "Fasser" in french - german


def test_windows_of_one_mail_hold_every_piece_once() -> None:
    long = Ask("en", "delay", "late", "carrier", "Late", "The truck stands on the motorway near the border. " * 40)
    (made,) = as_written([long], READER)
    assert len(made.windows) > 1
    assert sum(len(window.spans) for window in made.windows) == len(made.around)
    assert all(start < end for window in made.windows for start, end in window.spans)
    assert np.isfinite(made.around).all()
