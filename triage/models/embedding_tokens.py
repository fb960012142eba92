"""Text to token ids: the SentencePiece unigram tokenizer of XLM-RoBERTa (Kudo 2018, arXiv:1804.10959)."""

from __future__ import annotations

import re

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
        pieces, longest = self._vocabulary.pieces, self._vocabulary.longest
        scores = [0.0] + [float("-inf")] * len(word)
        came_from = [(0, self._vocabulary.unknown)] * (len(word) + 1)
        for start in range(len(word)):
            base = scores[start]
            unknown = base + self._vocabulary.unknown_score
            if unknown > scores[start + 1]:
                scores[start + 1], came_from[start + 1] = unknown, (start, self._vocabulary.unknown)
            for end in range(start + 1, min(start + longest, len(word)) + 1):
                piece = pieces.get(word[start:end])
                if piece is not None and base + piece[1] > scores[end]:
                    scores[end], came_from[end] = base + piece[1], (start, piece[0])
        tokens: list[int] = []
        end = len(word)
        while end > 0:
            end, token = came_from[end]
            tokens.append(token)
        return tuple(reversed(tokens))
