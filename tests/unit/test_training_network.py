"""The network that learns, and that numpy afterwards computes the same. Needs the extra `train`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from evals.classify_corpus import Ask, Corpus, read_corpus  # noqa: E402
from evals.training.encoder import FrozenEncoder, new_changes  # noqa: E402
from evals.training.examples import CODES, as_written, pieces_of  # noqa: E402
from evals.training.layers import Ordered, trained  # noqa: E402
from evals.training.learning import averaged, learn  # noqa: E402
from evals.training.network import HIDDEN, Settings, answers, new_head  # noqa: E402
from triage.domain import Role  # noqa: E402
from triage.models.embedding import MultilingualE5, opened  # noqa: E402
from triage.tasks.classify.embedded import EmbeddedClassifier  # noqa: E402
from triage.tasks.classify.layer import CHANGE, ROLES, Layer, gated, read_layer, softmax  # noqa: E402
from triage.tasks.classify.reading import for_embedding  # noqa: E402

READER = MultilingualE5()
ASKS = [
    Ask("en", "damage_loss", "damaged", "customer", "Drums", "Two of the drums leak. We are open until five.", "anna"),
    Ask("de", "order_change", "cancel", "customer", "", "Bitte stornieren Sie Auftrag 12. Der Rest bleibt.", "bert"),
    Ask("fr", "delay", "late", "carrier", "Retard", "Le camion est en panne. Il arrive demain matin.", "chloé"),
    Ask("en", "other", "enquiry", "colleague", "", "Do you sell rope for boats?", "dora", ("returns",)),
]
SMALL = Settings(layers=2, rank=4, cycles=(15, 15), batch=4, left_out=0.0, role_left_out=0.0)


def test_unchanged_the_encoder_is_the_models_own() -> None:
    encoder = FrozenEncoder(opened()[0], 12, torch.float32)
    mails = as_written(ASKS, READER)
    windows = sorted((window for mail in mails for window in mail.windows), key=lambda one: len(one.tokens))
    weights = encoder.merged(new_changes(opened()[0], 12, 4))
    reader = MultilingualE5()
    reader.load()
    for window in windows:
        states = encoder.states([window.tokens], weights)[0].numpy()
        wanted = reader._encoder.pieces([window.tokens], [window.spans])
        found = np.stack([states[start:end].mean(axis=0) for start, end in window.spans])
        assert found == pytest.approx(wanted, abs=5e-3)


def test_numpy_answers_as_the_network_that_learnt() -> None:
    torch.manual_seed(5)
    mails = as_written(ASKS, READER)
    columns = HIDDEN + mails[0].around.shape[1]
    drawn = {**new_changes(opened()[0], 2, 4), **new_head(columns, 3)}
    learnt = {name: values + torch.randn_like(values) * 0.03 for name, values in drawn.items()}
    encoder = FrozenEncoder(opened()[0], 2, torch.float32)
    said = answers(encoder, learnt, mails, SMALL)
    arrays = {(CHANGE + name if name.startswith("l") else name): values.numpy() for name, values in learnt.items()}
    arrays |= {"temperature": np.ones(1), "known_centres": np.zeros((1, HIDDEN)), "known_whitener": np.eye(HIDDEN)}
    layer = Layer(arrays | {"known_reach": np.ones(1)}, {"layers": 2}, "0")
    read = MultilingualE5(layer.layers, layer.changes).read(
        [replace(pieces, texts=tuple(map(for_embedding, pieces.texts))) for pieces in map(_pieces, ASKS)]
    )
    for n, (mail, vectors) in enumerate(zip(mails, read, strict=True)):
        weighed = layer.weigh(vectors, mail.around, ROLES[mail.role] if mail.role >= 0 else Role.UNKNOWN)
        assert weighed.scores == pytest.approx(gated(softmax(said.categories[n]), weighed.exception), abs=2e-3)
        assert weighed.exception == pytest.approx(1 / (1 + np.exp(-said.exception[n])), abs=2e-3)
        assert weighed.beside == pytest.approx(1 / (1 + np.exp(-said.secondary[n])), abs=2e-3)
        assert weighed.subtypes.argmax() == said.subtypes[n].argmax()
        assert weighed.attention.sum() == pytest.approx(1.0, abs=1e-5)


def _pieces(ask: Ask):  # type: ignore[no-untyped-def]
    return pieces_of(ask.subject, ask.text)


def test_what_is_taught_is_learnt() -> None:
    encoder, learnt = learn(Corpus(ASKS, read_corpus().around), ASKS, SMALL, lambda _: None)
    said = answers(encoder, learnt, as_written(ASKS, READER), SMALL)
    assert said.categories.argmax(axis=1).tolist() == [CODES.index(ask.category) for ask in ASKS]
    assert (said.exception > 0).tolist() == [True, True, True, False]


def test_the_mean_of_changes_is_the_mean_of_their_products() -> None:
    torch.manual_seed(1)
    ends = [{"l0.q.up": torch.randn(6, 2), "l0.q.down": torch.randn(2, 5), "bias": torch.randn(3)} for _ in range(2)]
    found = averaged(ends, 4)
    wanted = sum(one["l0.q.up"] @ one["l0.q.down"] for one in ends) / 2
    assert torch.allclose(found["l0.q.up"] @ found["l0.q.down"], wanted, atol=1e-5)
    assert torch.allclose(found["bias"], (ends[0]["bias"] + ends[1]["bias"]) / 2)
    assert averaged(ends, 1)["l0.q.up"].shape == (6, 1)


@pytest.mark.slow
def test_the_same_order_is_the_same_file_and_another_seed_another() -> None:
    asks = [replace(ask, text=f"{ask.text} {n}", author=f"{ask.author}{n % 3}") for n in range(8) for ask in ASKS]
    order = Ordered(Corpus(asks, read_corpus().around), tuple(asks[:30]), replace(SMALL, cycles=(1, 1)), 1, "test")
    one, same = trained(order, 2, print), trained(order, 1, print)
    assert one == same
    other = trained(replace(order, settings=replace(order.settings, seed=1)), 2, print)
    assert other != one
    layer = read_layer(one)
    assert layer.meta["mails"] == 32
    EmbeddedClassifier.with_layer(layer)
