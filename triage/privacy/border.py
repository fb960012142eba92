"""The border before a remote model: personal data is replaced on the way out and restored on the way back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pydantic import BaseModel

from triage.domain.case import Case
from triage.domain.policy import PrivateKind
from triage.privacy.addresses import addresses, plain
from triage.privacy.codes import card_numbers, emails, ibans, vat_ids
from triage.privacy.found import Found, apart
from triage.privacy.known import known_from
from triage.privacy.names import known_names
from triage.privacy.phones import phones

_AnyT = TypeVar("_AnyT")

_MARK = "TEXT"
"""The kind of what only looks like a placeholder in the input."""
_KINDS = "|".join([*(kind.name for kind in PrivateKind), _MARK])
_PLACEHOLDER = re.compile(
    rf"\[\s?(?P<kind>{_KINDS})\s?\\?[_\- ]?\s?(?P<number>[1-9][0-9]{{0,5}})\s?\]"
    rf"|(?<![^\W_])(?<![_\-])(?P<bare>{_KINDS})\\?[_-](?P<bare_number>[1-9][0-9]{{0,5}})(?![\w-])",
    re.IGNORECASE,
)
_RANK = {kind: rank for rank, kind in enumerate("EMAIL IBAN VAT CARD PHONE ADDRESS NAME".split(), start=1)}  # noqa: SIM905
_LITERAL_KINDS = frozenset(PrivateKind) - {PrivateKind.NAME}
_SHORTEST_LITERAL = 6


@dataclass(frozen=True)
class Hidden:
    """A place in a text whose words do not leave."""

    start: int
    end: int
    kind: str
    """`PrivateKind` in capitals; `TEXT` for what merely looks like a placeholder."""
    placeholder: str


@dataclass(frozen=True)
class _Sent:
    """A text as it left, with what stood at each placeholder."""

    text: str
    original: str
    spelled: Mapping[int, str]
    """Offset of a placeholder in `text` → the words that it stands for there."""


class Border:
    """Replaces personal data in the texts of one case, and restores it in the answers.

    The same value has the same placeholder (`[EMAIL_1]`) whatever its spelling. `restore` gives each place of a
    passage that left its own spelling back; elsewhere it gives the value as it was first seen, names in full. What the
    input holds that looks like a placeholder is replaced too, so that nothing is restored that was not replaced.
    """

    def __init__(self, case: Case | None, kinds: frozenset[PrivateKind]) -> None:
        self.kinds = kinds
        known = known_from(case)
        self._regions = known.regions
        self._names = known_names(known.names)
        self._numbers: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._literals: dict[str, tuple[str, str]] = {}
        self._sent: list[_Sent] = []
        for name in known.names:
            self._values.setdefault(f"NAME {' '.join(name.split()).casefold()}", name)
        self._given: set[str] = set()
        for kind, text in known.literal:
            self._learn(kind, text)
        for text in known.texts:
            self.spans(text)
        self._given.clear()

    def replace(self, text: str) -> str:
        """The text as it may leave."""
        if not self.kinds:
            return text
        outgoing: list[str] = []
        spelled: dict[int, str] = {}
        length = last = 0
        for hidden in self.spans(text):
            outgoing += [text[last : hidden.start], hidden.placeholder]
            spelled[length + hidden.start - last] = text[hidden.start : hidden.end]
            length += hidden.start - last + len(hidden.placeholder)
            last = hidden.end
        sent = "".join([*outgoing, text[last:]])
        if spelled:
            self._sent.append(_Sent(sent, text, spelled))
        return sent

    def spans(self, text: str) -> list[Hidden]:
        """What is to be hidden in a text, in order and without overlap."""
        if not self.kinds:
            return []
        hidden = []
        for found, kind in apart(self._found(text)):
            words = text[found.start : found.end]
            hidden.append(Hidden(found.start, found.end, kind, self._placeholder(kind, found.value, words)))
        self._given.update(one.placeholder for one in hidden)
        return hidden

    def restore(self, text: str) -> str:
        """An answer with the personal data back in place. Placeholders that were never given out stay as they are."""
        if not self._sent or not _PLACEHOLDER.search(text):
            return text
        sent, offset = self._passage(text)
        if sent is not None and offset == 0 and text == sent.text:
            return sent.original
        return _PLACEHOLDER.sub(lambda match: self._restored(match, sent, offset), text)

    def restore_in(self, value: _AnyT) -> _AnyT:
        """The same for all texts in a JSON value or pydantic model, to any depth."""
        restored: Any = value
        if isinstance(value, BaseModel):
            restored = type(value).model_validate(self.restore_in(value.model_dump()))
        elif isinstance(value, str):
            restored = self.restore(value) if type(value) is str else value
        elif isinstance(value, dict):
            restored = {self.restore_in(name): self.restore_in(inner) for name, inner in value.items()}
        elif isinstance(value, list | tuple):
            restored = type(value)(self.restore_in(inner) for inner in value)
        return cast(_AnyT, restored)

    @property
    def counts(self) -> dict[str, int]:
        """How many different values of each kind were replaced."""
        kinds = [kind for (kind, _), given in self._numbers.items() if given in self._given and kind != _MARK]
        return {PrivateKind[kind].value: kinds.count(kind) for kind in dict.fromkeys(kinds)}

    def _found(self, text: str) -> Iterator[tuple[int, Found, str]]:
        for match in _PLACEHOLDER.finditer(text):
            yield 0, Found(match.start(), match.end(), match.group()), _MARK
        for kind in self.kinds:
            for found in self._of_kind(kind, text):
                if found.start < found.end:
                    yield _RANK[kind.name], found, kind.name
        lower = text.lower()
        if len(lower) == len(text):
            yield from self._literally(lower)

    def _of_kind(self, kind: PrivateKind, text: str) -> Iterator[Found]:
        match kind:
            case PrivateKind.EMAIL:
                yield from emails(text)
            case PrivateKind.PHONE:
                yield from phones(text, self._regions)
            case PrivateKind.IBAN:
                yield from ibans(text)
            case PrivateKind.VAT:
                yield from vat_ids(text)
            case PrivateKind.CARD:
                yield from card_numbers(text)
            case PrivateKind.ADDRESS:
                yield from addresses(text)
            case PrivateKind.NAME:
                yield from self._names.find(text)
                yield from self._names.titled(text)

    def _literally(self, lower: str) -> Iterator[tuple[int, Found, str]]:
        for words, (kind, value) in self._literals.items():
            start = lower.find(words)
            while start >= 0:
                end = start + len(words)
                if not (lower[start - 1 : start].isalnum() or lower[end : end + 1].isalnum()):
                    yield _RANK[kind], Found(start, end, value), kind
                start = lower.find(words, end)

    def _learn(self, kind: PrivateKind, text: str) -> None:
        """A value that the case holds in a field is found wherever it stands."""
        if kind not in self.kinds or len(text) < _SHORTEST_LITERAL:
            return
        whole = [found for found in self._of_kind(kind, text) if found.end - found.start == len(text)]
        value = whole[0].value if whole else plain(text)
        self._literals.setdefault(text.lower(), (kind.name, value))

    def _placeholder(self, kind: str, value: str, words: str) -> str:
        known = self._numbers.get((kind, value))
        if known is None:
            number = sum(1 for other, _ in self._numbers if other == kind) + 1
            known = self._numbers[kind, value] = f"[{kind}_{number}]"
            self._values[known] = self._values.get(f"{kind} {value}", words)
        if kind != _MARK and PrivateKind[kind] in _LITERAL_KINDS and len(words) >= _SHORTEST_LITERAL:
            self._literals.setdefault(words.lower(), (kind, value))
        return known

    def _passage(self, text: str) -> tuple[_Sent | None, int]:
        """The text that left of which this is a passage, and where in it."""
        wanted = text.strip()
        for sent in self._sent:
            if text == sent.text:
                return sent, 0
        for sent in self._sent:
            if (at := sent.text.find(wanted)) >= 0:
                return sent, at - text.find(wanted)
        return None, 0

    def _restored(self, match: re.Match[str], sent: _Sent | None, offset: int) -> str:
        if sent is not None and (spelled := sent.spelled.get(match.start() + offset)) is not None:
            return spelled
        kind, number = match["kind"] or match["bare"], match["number"] or match["bare_number"]
        return self._values.get(f"[{kind.upper()}_{number}]", match.group())
