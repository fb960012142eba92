"""The embedded classifier: facts and a small multilingual model, no network and no key."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from triage.domain import Classification, Method, Producer, View
from triage.errors import ConfigurationError
from triage.models.embedding import MailReader, MultilingualE5, Pieces
from triage.models.language import detect_language
from triage.tasks.classify.active import active_layer
from triage.tasks.classify.choosing import Reading
from triage.tasks.classify.cues import cue_rows
from triage.tasks.classify.layer import Floats, Layer, Weighed, around
from triage.tasks.classify.pages import Page, read, read_before
from triage.tasks.classify.proofs import shipped_proofs
from triage.tasks.classify.reading import for_embedding
from triage.tasks.classify.reliability import reliability_of
from triage.tasks.classify.segments import worth_reading
from triage.tasks.classify.urgency import shipped_scale
from triage.tasks.classify.verdict import verdict

_MAILS_AT_ONCE = 64
_UNSURE = 0.8
"""A top score below this is right two times in three."""


class EmbeddedClassifier(Runnable[View, Classification]):
    """Which exceptions a view shows, from its facts and the newest message.

    The same view always gets the same answer. Safe to share between threads.
    """

    key = "classify"

    def __init__(self, reader: MailReader, layer: Layer) -> None:
        self._reader = reader
        self._layer = layer
        self.acting = {
            "model": f"{reader.name}/{reader.version}",
            "layer": layer.sha256,
            "severity": shipped_scale().sha256,
            "proofs": shipped_proofs().sha256,
            "reliability": reliability_of(layer).sha256,
        }
        self.producer = Producer(
            method=Method.EMBEDDED,
            model=f"{reader.name}+{layer.meta.get('name', 'layer')}",
            version=layer.sha256,
        )

    @classmethod
    def load(cls, environment: Mapping[str, str] = os.environ) -> EmbeddedClassifier:
        """The classifier with the shipped layer, or the one that the environment activates; weights are read now.

        Raises `ConfigurationError` where weights or layer are missing or do not fit.
        """
        return cls.with_layer(active_layer(environment))

    @classmethod
    def with_layer(cls, layer: Layer) -> EmbeddedClassifier:
        """The classifier with this layer; weights are read now. Raises `ConfigurationError` likewise."""
        try:
            reader = MultilingualE5(layer.layers, layer.changes)
            reader.load()
        except (KeyError, ValueError) as error:
            raise ConfigurationError(
                f"classifier layer {layer.sha256[:12]}: does not fit the embedding model ({error}); train it anew"
            ) from error
        return cls(reader, layer)

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

    def text_scores(self, views: Sequence[View]) -> list[Floats | None]:
        """The 12 category scores of each view's text alone, without its facts; None where there is no text."""
        return [None if one is None else one.scores for one in self._weigh([read(view) for view in views])]

    def _classify(self, views: Sequence[View]) -> list[Classification]:
        pages = [read(view) for view in views]
        weighed = self._in_thread(views, self._weigh(pages))
        parts = self._in_parts(pages, weighed)
        return [
            verdict(Reading(view, page, one, self._language(page), own), self._layer, self.producer)
            for view, page, one, own in zip(views, pages, weighed, parts, strict=True)
        ]

    def _in_parts(self, pages: Sequence[Page], weighed: Sequence[Weighed | None]) -> list[tuple[Weighed, ...]]:
        """For each page what its parts say by themselves, as far as they may hold a second matter."""
        cut = [
            (n, page.part(places))
            for n, (page, one) in enumerate(zip(pages, weighed, strict=True))
            if one is not None
            for places in worth_reading(page.parts, one)
        ]
        found: list[list[Weighed]] = [[] for _ in pages]
        for (n, _), one in zip(cut, self._weigh([part for _, part in cut]) if cut else (), strict=True):
            if one is not None:
                found[n].append(one)
        return [tuple(one) for one in found]

    def _in_thread(self, views: Sequence[View], weighed: Sequence[Weighed | None]) -> list[Weighed | None]:
        """Where a newest message leaves it open what the matter is, its author's message before it has half a vote, if
        that one is clear."""
        unsure = [n for n, one in enumerate(weighed) if one is not None and one.scores.max() < _UNSURE]
        before = {n: page for n in unsure if (page := read_before(views[n])) is not None}
        import numpy as np

        found = list(weighed)
        for n, earlier in zip(before, self._weigh(list(before.values())) if before else (), strict=True):
            one = found[n]
            if one is not None and earlier is not None and earlier.scores.max() >= _UNSURE:
                found[n] = replace(one, scores=np.asarray((one.scores + earlier.scores) / 2, dtype=np.float32))
        return found

    @staticmethod
    def _language(page: Page) -> str:
        body = page.message.body if page.message else ""
        found = detect_language(body) if body else "und"
        return found if found != "und" else detect_language(page.text)

    def _weigh(self, pages: Sequence[Page]) -> list[Weighed | None]:
        mails = [Pieces(tuple(map(for_embedding, page.texts)), page.subjects) for page in pages]
        return [self._weigh_page(page, rows) for page, rows in zip(pages, self._reader.read(mails), strict=True)]

    def _weigh_page(self, page: Page, vectors: Floats) -> Weighed | None:
        if not page.pieces:
            return None
        import numpy as np

        subject = np.array([piece.is_subject for piece in page.pieces])
        questions = np.array(["?" in text for text in page.texts])
        return self._layer.weigh(vectors, around(subject, questions, cue_rows(page.texts)), page.role)
