"""Text to token ids: the SentencePiece unigram tokenizer of XLM-RoBERTa (Kudo 2018, arXiv:1804.10959)."""

from __future__ import annotations

import re
from itertools import accumulate

from triage.models.embedding_weights import Vocabulary

_SPACE_MARK = "▁"
_SPACES = re.compile(" {2,}")
_REMEMBERED_WORDS = 50_000


class Tokenizer:
    """Splits text into the most probable pieces, word by word; words seen before are remembered."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, tuple[int, ...]] = {}

    def ids(self, text: str) -> list[int]:
        """Token ids of a text, without the marks of beginning and end."""
        plain = _SPACES.sub(" ", text.translate(self._vocabulary.replacements))
        words = plain.removeprefix(" ").split(" ")
        return [token for word in words for token in self._word(_SPACE_MARK + word)]

    def _word(self, word: str) -> tuple[int, ...]:
        found = self._known.get(word)
        if found is None:
            found = self._best_split(word)
            if len(self._known) < _REMEMBERED_WORDS:
                self._known[word] = found
        return found

    def _best_split(self, word: str) -> tuple[int, ...]:
        """Viterbi search over pieces: the split with the highest sum of log probabilities."""
        known, data = self._vocabulary, word.encode("utf-8", "replace")
        ends = list(accumulate((len(letter.encode("utf-8", "replace")) for letter in word), initial=0))
        scores = [0.0] + [float("-inf")] * len(word)
        came_from = [(0, known.unknown)] * (len(word) + 1)
        for start in range(len(word)):
            base = scores[start]
            if base + known.unknown_score > scores[start + 1]:
                scores[start + 1], came_from[start + 1] = base + known.unknown_score, (start, known.unknown)
            for end in range(start + 1, len(ends)):
                if ends[end] - ends[start] > known.longest:
                    break
                piece = known.pieces.get(data[ends[start] : ends[end]])
                if piece is not None and base + known.scores[piece] > scores[end]:
                    scores[end], came_from[end] = base + known.scores[piece], (start, piece)
        return _traced(came_from)


def _traced(came_from: list[tuple[int, int]]) -> tuple[int, ...]:
    """Pieces of the best split, first to last."""
    tokens: list[int] = []
    end = len(came_from) - 1
    while end > 0:
        end, token = came_from[end]
        tokens.append(token)
    return tuple(reversed(tokens))
