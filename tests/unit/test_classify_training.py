"""Learning the layer: gradients, calibration, training texts."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.classify_calibration import accuracy_at, best_temperature, calibration_error, macro_f1, table, wilson
from evals.classify_corpus import Ask, Corpus, composed, read_corpus
from evals.classify_training import Example, Settings, gradients, initial, learn, learn_members, logits, tabulate
from triage.domain import SUBTYPES, Category, Role
from triage.tasks.classify.layer import SUBTYPE_NAMES, Layer, softmax

MAILS = [
    Example("Damage", "Two drums are leaking. We are open until five.", "customer", "damage_loss", "damaged"),
    Example("", "Please cancel order 12. Thank you for the rest.", "customer", "order_change", "cancel"),
    Example("Late", "Truck broke down. It comes tomorrow. Sorry.", "carrier", "delay", "late"),
    Example("", "Do you sell rope?", "unknown", "other", "enquiry"),
]


def embed(texts: list[str]) -> np.ndarray:
    """Each text its own direction, the same every time."""
    return np.stack([np.random.default_rng(sum(map(ord, t))).normal(size=6) for t in texts]).astype(np.float32)


def mean_loss(weights: dict[str, np.ndarray], part: object, settings: Settings) -> float:
    scores = softmax(logits(weights, part))  # type: ignore[arg-type]
    wanted = np.full_like(scores, settings.smoothing / 12)
    wanted[np.arange(len(scores)), part.categories] += 1 - settings.smoothing  # type: ignore[attr-defined]
    decay = sum(float((weights[name] ** 2).sum()) for name in ("votes", "gate", "role"))
    return float(-(wanted * np.log(scores)).sum(axis=1).mean()) + settings.decay / 2 * decay


@pytest.mark.parametrize("name", ["votes", "gate", "role", "bias"])
def test_gradients_are_slopes(name: str) -> None:
    part, _, _ = tabulate(MAILS, embed)
    settings = Settings(heads=2)
    chance = np.random.default_rng(3)
    weights = {k: w + chance.normal(size=w.shape) * 0.1 for k, w in initial(part.rows.shape[2], settings).items()}
    slope = gradients(weights, part, settings)[name]
    place = np.unravel_index(int(np.abs(slope).argmax()), slope.shape)
    step = 1e-2
    moved = {sign: {**weights, name: weights[name].copy()} for sign in (1, -1)}
    for sign, one in moved.items():
        one[name][place] += sign * step
    measured = (mean_loss(moved[1], part, settings) - mean_loss(moved[-1], part, settings)) / (2 * step)
    assert slope[place] == pytest.approx(measured, rel=0.05, abs=2e-4)


def test_what_is_taught_is_learnt_and_the_shipped_arithmetic_agrees() -> None:
    part, mean, scale = tabulate(MAILS, embed)
    weights = learn_members(part, Settings(epochs=80, batch=4, left_out=0.0, role_left_out=0.0), 2)
    found = logits(weights, part)
    assert found.argmax(axis=1).tolist() == part.categories.tolist()
    arrays = {**weights, "mean": mean, "scale": scale, "temperature": np.ones(1, dtype=np.float32)}
    rows = part.rows[2][part.there[2] > 0]
    weighed = Layer(arrays, {}, "0").weigh(rows, Role.CARRIER)
    assert weighed.scores == pytest.approx(softmax(found[2]), abs=1e-4)
    assert SUBTYPE_NAMES[int(weighed.subtypes.argmax())] == (Category.DELAY, "late")
    assert weighed.attention.sum() == pytest.approx(1.0, abs=1e-5)


def test_the_same_seed_learns_the_same() -> None:
    part, _, _ = tabulate(MAILS, embed)
    one, two = (learn(part, Settings(epochs=2, batch=2)) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert not np.array_equal(learn(part, replace(Settings(epochs=2, batch=2), seed=9))["gate"], one["gate"])


class TestCalibration:
    def test_bins_never_fall_and_hold_everything(self) -> None:
        chance = np.random.default_rng(0)
        scores = chance.dirichlet(np.ones(12) * 0.3, size=400).astype(np.float32)
        answers = np.where(chance.random(400) < scores.max(axis=1), scores.argmax(axis=1), 0)
        rows = table(scores, answers)
        assert sum(row[2] for row in rows) == 400
        assert [row[1] for row in rows] == sorted(row[1] for row in rows)
        assert [row[0] for row in rows] == sorted(row[0] for row in rows)
        assert rows[-1][0] > 1.0
        assert all(row[3] <= row[1] <= row[4] for row in rows)

    def test_an_overconfident_model_is_cooled(self) -> None:
        chance = np.random.default_rng(1)
        logits_ = chance.normal(size=(500, 12)).astype(np.float32)
        shares = np.exp(logits_.astype(float))
        answers = np.array([chance.choice(12, p=share / share.sum()) for share in shares])
        assert best_temperature(logits_ * 3, answers) == pytest.approx(3.0, rel=0.2)

    @given(st.integers(1, 500), st.data())
    def test_wilson_holds_the_share(self, n: int, data: st.DataObject) -> None:
        right = data.draw(st.integers(0, n))
        low, high = wilson(right, n)
        assert 0.0 <= low <= right / n + 1e-9
        assert right / n - 1e-9 <= high <= 1.0

    def test_figures(self) -> None:
        answers = np.array([0, 0, 1, 1])
        assert macro_f1(answers, np.array([0, 0, 1, 1])) == 1.0
        assert macro_f1(answers, np.array([0, 0, 0, 1])) == pytest.approx((0.8 + 2 / 3) / 2)
        sure, right = np.array([0.9, 0.9, 0.6, 0.1], dtype=np.float32), np.array([True, True, True, False])
        assert accuracy_at(sure, right, 0.75) == 1.0
        assert calibration_error(np.array([1.0, 1.0], dtype=np.float32), np.array([True, False])) == pytest.approx(0.5)


class TestTrainingTexts:
    corpus = read_corpus()

    def test_every_ask_has_a_category_and_a_subtype_of_it(self) -> None:
        for ask in self.corpus.asks:
            assert ask.subtype in SUBTYPES[Category(ask.category)], ask

    def test_every_category_is_told_in_five_languages(self) -> None:
        counts: dict[tuple[str, str], int] = {}
        for ask in self.corpus.asks:
            counts[ask.language, ask.category] = counts.get((ask.language, ask.category), 0) + 1
        assert min(counts[lang, c.value] for lang in ("en", "de", "fr", "es", "nl") for c in Category) >= 20

    def test_a_mail_holds_its_ask_and_is_made_the_same_again(self) -> None:
        some = random.Random(5).sample(self.corpus.asks, 20)
        mails = list(composed(self.corpus, some, 2, seed=1))
        assert mails == list(composed(self.corpus, some, 2, seed=1))
        assert all(mail.ask.text in mail.body for mail in mails)

    def test_surroundings_need_not_exist(self) -> None:
        ask = Ask("xx", "delay", "late", "system", "s", "t")
        assert [mail.body for mail in composed(Corpus([ask]), [ask], 3, 0)] == ["t"] * 3
