"""The promise ledger: every promised date from first sight, because Odoo keeps only the newest one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from triage.domain import Case, Promise, utc
from triage.domain.zones import zone_of
from triage.storage.database import Database
from triage.storage.keys import Keys
from triage.storage.records import stream_lock

_PROMISING = frozenset({"sale", "done"})
"""States of an order in which its date is a promise."""


class PromiseLedger:
    """Adds to a case the promises that it no longer tells of, and remembers those that it does."""

    def __init__(self, database: Database, keys: Keys) -> None:
        keys.belong_to(database)
        self._database = database
        self._keys = keys

    def keep(self, case: Case) -> Case:
        """The case with all promises that were ever seen for its records, oldest first.

        What is new is written down. Calling again with the same case changes nothing. Joins the transaction that is
        open. Raises `StoreError` where it cannot be written.
        """
        told = sorted(_told(case), key=lambda promise: (_promiser(promise), promise.made_at))
        if not told:
            return case
        with self._database.locked((stream_lock(case.company.name),)):
            found = [p for record, group in groupby(told, _promiser) for p in self._kept(case, record, list(group))]
        return case.with_(promises=tuple(sorted(found, key=lambda promise: promise.made_at)))

    def _kept(self, case: Case, record: str, told: Sequence[Promise]) -> list[Promise]:
        company, hashed = case.company.name, self._keys.keyed_hash("promise", case.company.name, record)
        rows = self._database.query(
            "SELECT promised_for, made_at FROM promises WHERE company = ? AND record = ? ORDER BY seq",
            (company, hashed),
        )
        known = [
            told[-1].with_(
                promised_for=date.fromisoformat(row["promised_for"]),
                made_at=datetime.fromisoformat(row["made_at"]),
                by=None,
            )
            for row in rows
        ]
        merged, new = merge(known, told, case.captured_at)
        for seq, promise in enumerate(new, start=len(rows) + 1):
            self._database.execute(
                "INSERT INTO promises (company, record, seq, promised_for, made_at) VALUES (?, ?, ?, ?, ?)",
                (company, hashed, seq, promise.promised_for.isoformat(), utc(promise.made_at)),
            )
        return [_by_whom(promise, told) for promise in merged]


def _by_whom(promise: Promise, told: Sequence[Promise]) -> Promise:
    """The promise with who set it, where the record still tells that."""
    same = (one.by for one in told if (one.promised_for, one.made_at) == (promise.promised_for, promise.made_at))
    return promise if promise.by else promise.with_(by=next(same, None))


def merge(known: Sequence[Promise], told: Sequence[Promise], seen_at: datetime) -> tuple[list[Promise], list[Promise]]:
    """All promises of one record, oldest first, and those of them that were not known.

    `known` were seen before; `told` is what the record tells today, oldest first, at least the newest. Where it tells
    of changes (Odoo tracks them), their times are better than ours. Where it tells only today's date and that is not
    the last one known, the date was changed since: nobody knows when, so it counts from now.
    """
    if not known:
        return list(told), list(told)
    if len(told) > 1:
        dates = {promise.promised_for for promise in told}
        lost = [promise for promise in known if promise.promised_for not in dates]
        new = [p for p in told if p.promised_for not in {promise.promised_for for promise in known}]
        if [*known, *new][-1].promised_for != told[-1].promised_for:
            new.append(told[-1])  # moved back to a date that it had before
        return sorted([*lost, *told], key=lambda promise: promise.made_at), new
    if told[-1].promised_for == known[-1].promised_for:
        return list(known), []
    moved = told[-1].with_(made_at=max(seen_at, known[-1].made_at))
    return [*known, moved], [moved]


def _told(case: Case) -> tuple[Promise, ...]:
    """What the case tells; where that is only the order's present date, that date."""
    order = case.order
    if order is None or order.commitment_date is None or order.state not in _PROMISING:
        return case.promises
    source = f"{order.ref.key}.commitment_date"
    if any(_promiser(promise) == order.ref.key for promise in case.promises):
        return case.promises
    zone = zone_of(case.company.timezone)
    if zone is None:
        return case.promises  # facts say what is wrong with it
    day = order.commitment_date.astimezone(zone).date()
    made = order.date_order or case.captured_at
    return (*case.promises, Promise(promised_for=day, made_at=made, to=order.ref.name, source=source))


def _promiser(promise: Promise) -> str:
    """The record that a promise was read from (`sale.order:42`)."""
    return promise.source.rpartition(".")[0] or promise.source
