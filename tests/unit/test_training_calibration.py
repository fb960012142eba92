"""What a layer's scores are worth: temperature, table, author groups, what is unlike anything known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.classify_calibration import accuracy_at, best_temperature, calibration_error, macro_f1, table
from evals.classify_corpus import Ask
from evals.training.calibrating import Unread, author, author_groups, counted, known
from triage.domain.shares import wilson


def test_bins_never_fall_and_hold_everything() -> None:
    chance = np.random.default_rng(0)
    scores = chance.dirichlet(np.ones(12) * 0.3, size=400).astype(np.float32)
    answers = np.where(chance.random(400) < scores.max(axis=1), scores.argmax(axis=1), 0)
    rows = table(scores, answers)
    assert sum(row[2] for row in rows) == 400
    assert [row[1] for row in rows] == sorted(row[1] for row in rows)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert rows[-1][0] > 1.0
    assert all(row[3] <= row[1] <= row[4] for row in rows)


def test_an_overconfident_model_is_cooled() -> None:
    chance = np.random.default_rng(1)
    logits_ = chance.normal(size=(500, 12)).astype(np.float32)
    shares = np.exp(logits_.astype(float))
    answers = np.array([chance.choice(12, p=share / share.sum()) for share in shares])
    assert best_temperature(logits_ * 3, answers) == pytest.approx(3.0, rel=0.2)
    temperature, rows = counted(Unread(logits_ * 3, np.ones(500, dtype=np.float32), answers, logits_))
    assert temperature == pytest.approx(3.0, rel=0.2)
    assert sum(row[2] for row in rows) == 500


@given(st.integers(1, 500), st.data())
def test_wilson_holds_the_share(n: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, n))
    low, high = wilson(right, n)
    assert 0.0 <= low <= right / n + 1e-9
    assert right / n - 1e-9 <= high <= 1.0


def test_figures() -> None:
    answers = np.array([0, 0, 1, 1])
    assert macro_f1(answers, np.array([0, 0, 1, 1])) == 1.0
    assert macro_f1(answers, np.array([0, 0, 0, 1])) == pytest.approx((0.8 + 2 / 3) / 2)
    sure, right = np.array([0.9, 0.9, 0.6, 0.1], dtype=np.float32), np.array([True, True, True, False])
    assert accuracy_at(sure, right, 0.75) == 1.0
    assert calibration_error(np.array([1.0, 1.0], dtype=np.float32), np.array([True, False])) == pytest.approx(0.5)


def _mails(name: str, language: str, count: int) -> list[Ask]:
    return [Ask(language, "delay", "late", "customer", "", f"text {n}", name) for n in range(count)]


class TestAuthors:
    def test_a_person_is_in_one_group_with_all_languages(self) -> None:
        asks = [
            *_mails("mails", "de", 9),
            *_mails("mails", "nl", 8),
            *_mails("anna", "en", 9),
            *_mails("asks", "en", 5),
        ]
        groups = author_groups(asks, 2, {"asks"})
        assert sorted(map(len, groups)) == [1, 1]
        assert author(asks[0]) == author(asks[9])
        assert all(author(asks[-1]) not in group for group in groups)

    def test_groups_are_about_alike(self) -> None:
        asks = [ask for n in range(12) for ask in _mails(f"author {n}", "en", 5 + n)]
        groups = author_groups(asks, 4, set())
        sizes = [sum(author(ask) in group for ask in asks) for group in groups]
        assert sum(sizes) == len(asks)
        assert max(sizes) - min(sizes) <= 8


class TestKnown:
    def test_what_is_far_from_every_category_is_strange(self) -> None:
        chance = np.random.default_rng(4)
        centres = chance.normal(size=(3, 80)) * 4
        answers = np.repeat([0, 4, 7], 60)
        mail = (centres[np.repeat([0, 1, 2], 60)] + chance.normal(size=(180, 80))).astype(np.float32)
        unread = (centres[np.repeat([0, 1, 2], 40)] + chance.normal(size=(120, 80))).astype(np.float32)
        found = known(mail, answers, unread)

        def distance(one: np.ndarray) -> float:
            apart = (one - found["known_centres"]) @ found["known_whitener"]
            return float(np.sqrt((apart**2).sum(axis=1).min()) / found["known_reach"][0])

        assert sum(distance(one) > 1 for one in unread) <= 2
        assert distance(-2 * centres.sum(axis=0).astype(np.float32)) > 1.5
