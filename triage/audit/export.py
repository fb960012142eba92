"""Hands over a period of the journal: open formats, with proofs that a stranger can check without this software.

A bundle is a folder:

    manifest.json        what it holds, SHA-256 of every file
    manifest.sig         signatures under the manifest, where a signer is configured
    checkpoint.json      the checkpoint that the proofs lead to
    checkpoint.tsr       its time stamp (RFC 3161), where it has one
    records.jsonl        one record a line: envelope as hashed, sealed payload, content, proof of inclusion
    cards.csv            the cards of the period
    decisions.csv        who decided what
    keys.json            only if asked for: the keys of the cases, to open the sealed payloads oneself

`docs/verify_bundle.py` checks it with the standard library alone, `docs/verify_signature.py` the signatures and what
was sealed.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from triage import __version__
from triage.audit import sealing
from triage.audit.checkpoints import Signed
from triage.audit.journal import unsealed
from triage.audit.merkle import Tree
from triage.audit.signing import BUNDLE, Signer
from triage.domain import Card, Decision, utc
from triage.errors import KeyMissing, NewerRecord, UsageError
from triage.storage import checkpoints as rows
from triage.storage import records
from triage.storage.database import Database
from triage.storage.keys import Keys
from triage.storage.records import Record

_CARD_COLUMNS = (
    "number", "company", "record", "category", "subtype", "severity", "confidence", "state", "team", "created_at",
    "updated_at", "summary",
)  # fmt: skip
_DECISION_COLUMNS = ("card", "company", "record", "verdict", "by", "at", "reason", "comment", "category", "severity")


@dataclass(frozen=True)
class Exported:
    """What was written."""

    folder: Path
    records: int
    erased: int
    """Records whose content is gone; their envelopes are in the bundle."""
    cards: int
    decisions: int
    cases: tuple[str, ...]
    """Ids of the cases in it."""


@dataclass(frozen=True)
class Period:
    """From the beginning of `since` to before `until`, of one company or of all."""

    since: datetime | None = None
    until: datetime | None = None
    company: str | None = None

    def spans(self, database: Database) -> dict[str, tuple[int, int]]:
        """First and last sequence of each stream in this period; what lies between belongs to it, too."""
        wheres, values = ["1 = 1"], []
        for condition, value in (
            ("stream = ?", self.company),
            ("at >= ?", None if self.since is None else utc(self.since)),
            ("at < ?", None if self.until is None else utc(self.until)),
        ):
            if value is not None:
                wheres.append(condition)
                values.append(value)
        sql = f"SELECT stream, min(seq) AS first, max(seq) AS last FROM journal WHERE {' AND '.join(wheres)} GROUP BY stream"  # noqa: S608, E501
        return {row["stream"]: (row["first"], row["last"]) for row in database.query(sql, values)}


def export(
    database: Database,
    keys: Keys,
    folder: Path,
    period: Period,
    checkpoint: Signed,
    *,
    signer: Signer | None = None,
    with_keys: bool = False,
) -> Exported:
    """Write a bundle into a new folder.

    Records that the checkpoint does not cover are left out: make one first. Raises `UsageError` where the folder is
    not empty, `ChainBroken` where a record was changed.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder}: is not empty. Name a new folder for the bundle.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    writer = _Writer(database, keys, folder, period)
    with database.snapshot():
        writer.write_records({head.stream: head.size for head in checkpoint.checkpoint.streams})
    writer.write_tables()
    (folder / "checkpoint.json").write_text(checkpoint.to_text(), "utf-8")
    if checkpoint.stamp is not None:
        (folder / "checkpoint.tsr").write_bytes(checkpoint.stamp)
    if with_keys:
        writer.write_keys()
    manifest = json.dumps(writer.manifest(checkpoint), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (folder / "manifest.json").write_text(manifest, "utf-8")
    if signer is not None:
        signature = signer.sign(BUNDLE + manifest.encode())
        (folder / "manifest.sig").write_text(json.dumps([signature.as_json()]) + "\n", "utf-8")
    return writer.exported()


class _Writer:
    """Collects while it writes."""

    def __init__(self, database: Database, keys: Keys, folder: Path, period: Period) -> None:
        self._database = database
        self._keys = keys
        self._folder = folder
        self._period = period
        self._spans: dict[str, list[int]] = {}
        self._cards: dict[str, Card] = {}
        self._decisions: list[Decision] = []
        self._opened_by: dict[bytes, str] = {}
        self._erased = 0
        self._count = 0

    def write_records(self, sizes: Mapping[str, int]) -> None:
        trees: dict[str, Tree] = {}
        spans = self._period.spans(self._database)
        with (self._folder / "records.jsonl").open("w", encoding="utf-8", newline="\n") as file:
            for record in records.every(self._database):
                size = sizes.get(record.stream, 0)
                first, last = spans.get(record.stream, (1, 0))
                if not first <= record.seq <= min(last, size):
                    continue
                if record.stream not in trees:
                    trees = {record.stream: Tree(rows.hashes(self._database, record.stream, 0, size))}
                proof = [step.hex() for step in trees[record.stream].proof(record.seq - 1)]
                line = {**self._line(record), "proof": proof}
                file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
                span = self._spans.setdefault(record.stream, [record.seq, record.seq, 0])
                span[1:] = [record.seq, span[2] + 1]
                self._count += 1

    def _line(self, record: Record) -> dict[str, Any]:
        line: dict[str, Any] = {"body": record.body.decode("utf-8"), "hash": record.hash, "sealed": None}
        if record.sealed is not None:
            line["sealed"] = base64.b64encode(record.sealed).decode("ascii")
        value, name, said, erased = None, None, None, record.sealed is None
        try:
            if not erased:
                name, said = sealing.raw(content := unsealed(record, self._keys))
                with suppress(NewerRecord):
                    value = sealing.decode(content, reading=True)
        except KeyMissing:
            erased = True
        self._erased += erased
        if record.sealed is not None and not erased:
            self._opened_by[sealing.key_id(record.sealed)] = record.case_id
        if isinstance(value, Card):
            self._cards[str(value.id)] = value
        elif isinstance(value, Decision):
            self._decisions.append(value)
        line |= {
            "erased": erased,
            "type": name,
            "value": said,
        }
        return line

    def write_tables(self) -> None:
        _write_csv(self._folder / "cards.csv", _CARD_COLUMNS, map(_card_row, self._cards.values()))
        rows_of_decisions = (_decision_row(each, self._cards.get(str(each.card))) for each in self._decisions)
        _write_csv(self._folder / "decisions.csv", _DECISION_COLUMNS, rows_of_decisions)

    def write_keys(self) -> None:
        found = {
            key.hex(): base64.b64encode(self._keys.opening(case, key)).decode("ascii")
            for key, case in sorted(self._opened_by.items())
        }
        (self._folder / "keys.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        (self._folder / "keys.json").chmod(0o600)

    def manifest(self, checkpoint: Signed) -> dict[str, Any]:
        period = self._period
        return {
            "v": 1,
            "software": f"odoo-triage {__version__}",
            "origin": checkpoint.checkpoint.origin,
            "checkpoint": checkpoint.checkpoint.number,
            "since": None if period.since is None else utc(period.since),
            "until": None if period.until is None else utc(period.until),
            "company": period.company,
            "streams": {
                stream: {"first": first, "last": last, "records": count}
                for stream, (first, last, count) in self._spans.items()
            },
            "files": {
                file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(self._folder.iterdir())
            },
        }

    def exported(self) -> Exported:
        cases = tuple(sorted(set(self._opened_by.values())))
        return Exported(self._folder, self._count, self._erased, len(self._cards), len(self._decisions), cases)


def _write_csv(path: Path, columns: tuple[str, ...], found: Iterable[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows({name: _plain(value) for name, value in row.items()} for row in found)


def _plain(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _card_row(card: Card) -> dict[str, object]:
    suggestion = card.proposal.suggestion
    return {
        "number": card.number,
        "company": card.key.company,
        "record": card.proposal.record.name,
        "category": suggestion.category.value,
        "subtype": suggestion.subtype,
        "severity": suggestion.severity.value,
        "confidence": None if suggestion.confidence is None else suggestion.confidence.value,
        "state": card.state.value,
        "team": card.proposal.team,
        "created_at": utc(card.created_at),
        "updated_at": utc(card.updated_at),
        "summary": card.proposal.summary,
    }


def _decision_row(decision: Decision, card: Card | None) -> dict[str, object]:
    changes = decision.changes
    return {
        "card": decision.card if card is None else card.number,
        "company": None if card is None else card.key.company,
        "record": None if card is None else card.proposal.record.name,
        "verdict": decision.verdict.value,
        "by": decision.by,
        "at": utc(decision.at),
        "reason": None if decision.reason is None else decision.reason.value,
        "comment": decision.comment,
        "category": None if changes is None or changes.category is None else changes.category.value,
        "severity": None if changes is None or changes.severity is None else changes.severity.value,
    }
