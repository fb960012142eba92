"""What `triage train` does: gathers what is to be learnt from, trains, and writes the layer into a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import typer
from pydantic import ValidationError

from evals.cases import ClassificationTarget, EvalCase
from evals.classify_corpus import Ask, read_corpus
from evals.inputs import case_of
from triage.domain import Policy, View
from triage.errors import ConfigurationError, InputError, UsageError
from triage.models.language import detect_language
from triage.tasks.classify.active import FOLDER_SETTING, HASH_SETTING, OWN_FILE, active_layer
from triage.tasks.classify.combined import AGREEMENT_SETTING

AGREEMENT_FILE = "agreement.json"
DECIDED = "decisions"
"""The author of what people decided here."""


@dataclass(frozen=True)
class Wanted:
    """The options of one training."""

    out: Path
    decisions: tuple[Path, ...] = ()
    epochs: int | None = None
    seed: int = 0
    groups: int = 1
    jobs: int = 2


def run_train(wanted: Wanted) -> int:
    """Train and write; prints what to set to work with the layer.

    Raises `ConfigurationError` where the packages for training are not installed, `InputError` for a file of decisions
    that is none, `UsageError` where the folder already holds a layer.
    """
    try:
        from evals.training.layers import Ordered, trained
        from evals.training.network import Settings
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"training needs {error.name}, which is not installed: pip install 'odoo-triage[train]'."
        ) from error
    _refuse_to_overwrite(wanted.out)
    corpus = read_corpus()
    decided = [ask for file in wanted.decisions for ask in decisions(file)]
    corpus.asks += decided
    settings = Settings(seed=wanted.seed)
    if wanted.epochs is not None:
        settings = replace(settings, cycles=(wanted.epochs,))
    name = "layer-2" if not decided else f"own-{len(decided)}"
    order = Ordered(corpus, tuple(read_corpus(split="dev").asks), settings, wanted.groups, name)
    typer.echo(f"{len(corpus.asks)} messages, {len(decided)} of them decided here")
    _write(wanted.out, trained(order, wanted.jobs, print))
    return 0


def run_calibrate(sample: Path, out: Path) -> int:
    """Count the active layer's confidences on a blind sample and write it with the new table."""
    from evals.training.recalibrating import blind_rows, recalibrated

    _refuse_to_overwrite(out)
    rows, left = blind_rows(sample)
    content, table = recalibrated(active_layer(os.environ), rows)
    typer.echo(f"{len(rows)} rows counted" + (f", {left} left out that nobody labelled blind" if left else ""))
    for upper, share, n, low, high in table:
        typer.echo(f"  top score below {upper:.2f}: {share:.0%} right ({low:.0%} to {high:.0%}, n = {n:.0f})")
    _write(out, content)
    return 0


def run_agreement(prompted: Path, embedded: Path, out: Path) -> int:
    """Write the table of agreement of two runs."""
    from evals.training.agreeing import agreement_of

    found, path = agreement_of(prompted, embedded), out / AGREEMENT_FILE
    _save(path, found.model_dump_json(indent=1).encode() + b"\n")
    for row in found.rows:
        both = "both alike" if row.agree else "not alike"
        typer.echo(f"  {both}, embedded {row.from_confidence:.0%} sure or more: {row.right} of {row.n} right")
    typer.echo(f"{path}: to work with it, set {AGREEMENT_SETTING}={path.absolute()}")
    return 0


def decisions(file: Path) -> Iterator[Ask]:
    """What people decided, from a file of `triage eval import`; cases without a message are passed over.

    Raises `InputError` naming file and line where one is no such case.
    """
    now = datetime.now(UTC)
    for number, line in enumerate(_read(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case = EvalCase.model_validate_json(line)
        except ValidationError as error:
            raise InputError(f"{file}:{number}", f"is no labelled case: {error.errors()[0]['msg']}.") from error
        target, message = case.target, View(case_of(case, file.parent, now, Policy())).newest
        if not isinstance(target, ClassificationTarget) or message is None:
            continue
        yield Ask(
            language=case.language if case.language != "und" else detect_language(message.body),
            category=target.category.value,
            subtype=target.subtype or "",
            role=message.role.value,
            subject=message.subject,
            text=message.body,
            author=DECIDED,
            secondary=tuple(category.value for category in target.secondary or ()),
        )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(file), f"cannot be read ({type(error).__name__}).") from error


def _refuse_to_overwrite(folder: Path) -> None:
    if (folder / OWN_FILE).exists():
        raise UsageError(f"{folder}: holds a layer already. Choose another -o.")


def _write(folder: Path, content: bytes) -> None:
    _save(folder / OWN_FILE, content)
    typer.echo(f"{folder / OWN_FILE}: {len(content)} bytes. To work with it, set")
    typer.echo(f"  {FOLDER_SETTING}={folder.absolute()}")
    typer.echo(f"  {HASH_SETTING}={hashlib.sha256(content).hexdigest()}")


def _save(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}). Choose another -o.") from error
