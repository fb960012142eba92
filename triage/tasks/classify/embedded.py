"""The embedded classifier: facts and a small multilingual model, no network and no key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from triage.domain import Classification, Method, Producer, View
from triage.models.embedding import EmbeddingModel, default_embedding
from triage.models.language import detect_language
from triage.tasks.classify.cues import cue_rows
from triage.tasks.classify.layer import Layer, Weighed, shipped_layer
from triage.tasks.classify.pages import Page, read
from triage.tasks.classify.reading import for_embedding
from triage.tasks.classify.verdict import Reading, verdict

_MAILS_AT_ONCE = 64


class EmbeddedClassifier(Runnable[View, Classification]):
    """Which exceptions a view shows, from its facts and the newest message.

    The same view always gets the same answer. Safe to share between threads.
    """

    key = "classify"

    def __init__(self, embedding: EmbeddingModel, layer: Layer) -> None:
        self._embedding = embedding
        self._layer = layer
        self.acting = {"model": f"{embedding.name}/{embedding.version}", "layer": layer.sha256}
        self.producer = Producer(
            method=Method.EMBEDDED,
            model=f"{embedding.name}+{layer.meta.get('name', 'layer')}",
            version=layer.sha256,
        )

    @classmethod
    def load(cls) -> EmbeddedClassifier:
        """The classifier with the shipped layer; weights are read now.

        Raises `ConfigurationError` where weights or layer are missing or do not fit.
        """
        embedding = default_embedding()
        embedding.load()
        return cls(embedding, shipped_layer())

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Classification:  # noqa: A002
        """Classify one view."""
        return self._classify([input])[0]

    def batch(
        self,
        inputs: list[View],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any | None,
    ) -> list[Classification]:
        """Classify many views; their sentences go through the model together."""
        found: list[Classification] = []
        for start in range(0, len(inputs), _MAILS_AT_ONCE):
            found += self._classify(inputs[start : start + _MAILS_AT_ONCE])
        return found

    def _classify(self, views: Sequence[View]) -> list[Classification]:
        pages = [read(view) for view in views]
        weighed = self._weigh(pages)
        return [
            verdict(Reading(view, page, one, self._language(page)), self._layer, self.producer)
            for view, page, one in zip(views, pages, weighed, strict=True)
        ]

    @staticmethod
    def _language(page: Page) -> str:
        body = page.message.body if page.message else ""
        found = detect_language(body) if body else "und"
        return found if found != "und" else detect_language(page.text)

    def _weigh(self, pages: Sequence[Page]) -> list[Weighed | None]:
        plain = [[for_embedding(text) for text in page.texts] for page in pages]
        texts = list(dict.fromkeys(text for texts in plain for text in texts))
        vectors = self._embedding.embed(texts)
        place = {text: n for n, text in enumerate(texts)}
        return [
            self._weigh_page(page, vectors[[place[text] for text in texts]])
            for page, texts in zip(pages, plain, strict=True)
        ]

    def _weigh_page(self, page: Page, vectors: Any) -> Weighed | None:
        if not page.pieces:
            return None
        import numpy as np

        subject = np.array([piece.is_subject for piece in page.pieces])
        questions = np.array(["?" in text for text in page.texts])
        return self._layer.weigh(self._layer.features(vectors, subject, questions, cue_rows(page.texts)), page.role)
