"""Messages that stand on a record's thread already, and which record a mail's headers lead to.

Headers are the sender's own word like everything else in a mail: whoever has seen a Message-ID can answer it. So a
thread is evidence of the same kind as a number, and needs the same partner.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from triage.odoo.numbers import Number


def bare_id(message_id: str) -> str:
    """A Message-ID without angle brackets and space."""
    return message_id.strip().strip("<>").strip()


class ThreadIndex:
    """Message-IDs of a book, and the numbers of the records on whose threads they stand."""

    def __init__(self, threads: Mapping[str, str], numbers: Iterable[Number]) -> None:
        self._record_of = {bare_id(message_id): key for message_id, key in threads.items()}
        self._by_record: dict[str, list[Number]] = defaultdict(list)
        seen: set[tuple[str, str]] = set()
        for number in numbers:
            if (number.of, number.record) not in seen:  # the first of a record is its name
                seen.add((number.of, number.record))
                self._by_record[number.of].append(number)

    def named_by(self, message_ids: Iterable[str]) -> list[Number]:
        """The record of the first of these messages that is known, as its number in each neighbourhood that has it."""
        for message_id in message_ids:
            found = self._by_record.get(self._record_of.get(bare_id(message_id), ""))
            if found:
                return list(found)
        return []
