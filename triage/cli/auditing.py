"""`triage audit`: the story of a card, and the proof that nothing was changed."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from triage.cli.show import console, literal, shorten, shown
from triage.cli.wiring import now, open_store
from triage.errors import UsageError
from triage.settings import Settings, person

if TYPE_CHECKING:
    from triage.audit.journal import Journal
    from triage.audit.signing import Signer


def run_verify(checkpoint: Path | None, public_key: Path | None, tsa_ca: Path | None, home: Path | None) -> int:
    """Verify every stream; 1 and the first bad record where one is found."""
    from triage.audit.checkpoints import Signed, compare
    from triage.audit.ledger import Ledger
    from triage.audit.signing import read_public
    from triage.audit.verify import verify
    from triage.cli.checkpointing import say_stamp
    from triage.storage.checkpoints import stamp as stamp_row

    if checkpoint is None and (public_key is not None or tsa_ca is not None):
        option, what = ("--public-key", "key") if public_key is not None else ("--tsa-ca", "time stamp's authority")
        raise UsageError(f"{option} is the {what} of a checkpoint: name its file with --checkpoint.")
    signed = None if checkpoint is None else Signed.read(checkpoint)
    keys = [] if public_key is None else [read_public(public_key)]
    settings = Settings.of(home)
    with open_store(settings) as store:
        checked = verify(store.database, store.keys, Ledger(settings.erasures).growing())
        beside = None if signed is None or checked.first_bad else compare(store.database, signed, keys)
        stored = None if signed is None else stamp_row(store.database, signed.checkpoint.number)
    typer.echo(checked.describe())
    if signed is not None and not checked.first_bad:
        number, at = signed.checkpoint.number, signed.checkpoint.at
        said = f"Checkpoint {number} of {at:%Y-%m-%d %H:%M:%S}"
        signature = "signed by the given key" if keys else "its signature was not checked (--public-key)"
        typer.echo(f"{said}: BROKEN: {beside}." if beside else f"{said}: the store holds all it saw; {signature}.")
        if not say_stamp(signed, stored, tsa_ca, settings):
            return 1
    return 1 if checked.first_bad or beside else 0


def run_keygen(path: Path) -> int:
    """Make a signing key."""
    from triage.audit.signing import make_key

    name = make_key(path)
    typer.echo(f"{path}: signing key {name}. Whoever checks signatures needs {path.name}.pub, and only that.")
    return 0


def run_sign(path: Path) -> int:
    """Sign a statement from standard input; for `--signer`."""
    import sys

    from triage.audit.signing import KeySigner

    signature = KeySigner.read(path).sign(sys.stdin.buffer.read())
    typer.echo(json.dumps(signature.as_json()))
    return 0


def run_export(
    folder: Path,
    since: datetime | None,
    until: datetime | None,
    company: str | None,
    with_keys: bool,
    key: Path | None,
    signer: str | None,
    why: str,
    home: Path | None,
) -> int:
    """Write a bundle of a period. It is recorded that it was handed over, or there is none."""
    from triage.audit.checkpoints import STORE, make
    from triage.audit.export import Period, export
    from triage.cli.checkpointing import stamp
    from triage.domain import Reading
    from triage.storage import checkpoints

    settings, signs = Settings.of(home), signing(key, signer)
    period = Period(_utc(since), _utc(until), company)
    if period.since and period.until and period.until <= period.since:
        raise UsageError(f"--until {until}: lies before --since {since}. Nothing was written.")
    with open_store(settings) as store:
        known = [name for name in checkpoints.sizes(store.database) if name != STORE]
        if company is not None and company not in known:
            raise UsageError(
                f"--company {company}: nothing is recorded of it. There is: {', '.join(known) or 'nothing'}."
            )
        made = make(store.journal, now, signs)
        stamp(store.journal, settings)
        checkpoint = replace(made, stamp=checkpoints.stamp(store.database, made.checkpoint.number))
        with _whole_or_gone(folder):
            done = export(store.database, store.keys, folder, period, checkpoint, signer=signs, with_keys=with_keys)
            store.journal.record(
                stream=company or STORE,
                kind="reading",
                case=store.keys.case_id(STORE, "readings"),
                event=None,
                value=Reading(by=person(), what="export", why=why, records=done.records, at=now()),
            )
    erased = f", {done.erased} of them erased" if done.erased else ""
    typer.echo(
        f"{folder}: {done.records} records{erased}, {done.cards} cards, {done.decisions} decisions, proofs up to "
        f"checkpoint {checkpoint.checkpoint.number}."
    )
    if with_keys:
        typer.echo("keys.json opens every record of the cases in it: hand it over as carefully as the content.")
    return 0


@contextmanager
def _whole_or_gone(folder: Path) -> Iterator[None]:
    """Take a folder away again that could not be filled to the end; one that was there before is left alone."""
    there = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    try:
        yield
    except BaseException:
        if not there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def run_hold(handle: str, lifted: bool, why: str, home: Path | None) -> int:
    """Put the case of a card on hold, or lift its hold."""
    from triage.audit import retention

    with open_store(Settings.of(home)) as store:
        card = store.cards.get(handle)
        known = retention.cases_of(store.journal, card, store.cards.case_key(card))
        with store.database.locked(retention.locks(company for _, company in known)):
            card = store.cards.get(handle)
            cases = retention.cases_of(store.journal, card, store.cards.case_key(card))
            on_hold = retention.held(store.journal, [case for case, _ in cases])
            if lifted and not on_hold:
                raise UsageError(f"card {card.number}: it is not on hold.")
            for case, company in cases:
                if not lifted:
                    retention.hold(store.journal, case, company, person(), why, now())
                elif case in on_hold:
                    retention.lift(store.journal, case, company, person(), why, now())
    more = f" ({len(cases)} cases)" if len(cases) > 1 else ""
    typer.echo(f"Card {card.number}, {card.proposal.record.name}: {'hold lifted' if lifted else 'on hold'}{more}.")
    return 0


def run_retain(apply: bool, home: Path | None) -> int:
    """Show, or take away, the payloads whose time is up."""
    from triage.audit import retention, retiring
    from triage.facts.grounds import in_days
    from triage.storage import checkpoints

    settings = Settings.of(home)
    policies = settings.policies()
    if not any(policy.retention for policy in policies.every()):
        typer.echo("Policy keeps everything: it has no entry `retention`.")
        return 0
    with open_store(settings) as store:
        days = {company: policies.of(company).retention for company in checkpoints.sizes(store.database)}
        for company, names in days.items():
            if retiring.NAME in names:
                closed = sum(1 for _ in retiring.due(store.journal, company, names[retiring.NAME], now()))
                typer.echo(f"{company}: content of cards closed for {in_days(names[retiring.NAME])}: {closed}")
            for expired in retention.preview(store.journal, company, names, now()):
                on_hold = f", {expired.held} more on hold" if expired.held else ""
                typer.echo(f"{company}: {expired.name} older than {in_days(expired.days)}: {expired.count}{on_hold}")
        if apply:
            _take_away(store.journal, {company: names for company, names in days.items() if names})
    if not apply:
        typer.echo("Nothing was changed. --apply takes them away.")
    return 0


def _take_away(journal: Journal, days: Mapping[str, Mapping[str, int]]) -> None:
    from triage.audit import retention, retiring
    from triage.storage import queue

    with journal.database.wiping():
        whole = retention.whole_months(journal, days, now())
        retention.finish(journal, whole)
        for company, names in days.items():
            queue.end_claims(journal.database, company)
            removals = retention.apply(journal, company, names, now(), person(), whole)
            taken = sum(each.count for each in removals)
            typer.echo(f"{company}: {taken} payloads taken away; their envelopes stay.")
            if retiring.NAME in names:
                emptied = retiring.apply(journal, company, names[retiring.NAME], now(), person())
                typer.echo(f"{company}: {emptied} closed cards emptied.")
        for month, gone in retention.drop_months(journal, whole):
            typer.echo(f"{month}: " + ("gone as a whole." if gone else "is being read; it goes the next time."))


def signing(key: Path | None, signer: str | None) -> Signer | None:
    """Who signs: a key file, a command, or what `TRIAGE_SIGNING_KEY` or `TRIAGE_SIGNER` names; none: nobody."""
    from triage.audit.signing import CommandSigner, KeySigner

    if key is not None and signer is not None:
        raise UsageError("--key and --signer: one of them signs, not both.")
    if key is None and signer is None:
        named = os.environ.get("TRIAGE_SIGNING_KEY")
        key, signer = (Path(named) if named else None), os.environ.get("TRIAGE_SIGNER")
    if signer is not None and key is None:
        words = shlex.split(signer)
        if not words:
            raise UsageError("--signer: names no command.")
        return CommandSigner(words)
    return None if key is None else KeySigner.read(key)


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def run_show(handle: str, as_json: bool, why: str, home: Path | None) -> int:
    """All records of a card's events in order. That they were read is recorded first, or nothing is shown."""
    from triage.audit.checkpoints import STORE
    from triage.audit.story import story
    from triage.domain import Reading

    with open_store(Settings.of(home)) as store:
        card = store.cards.get(handle)
        entries = story(store.database, store.keys, card)
        store.journal.record(
            stream=card.key.company,
            kind="reading",
            case=store.keys.case_id(STORE, "readings"),
            event=None,
            value=Reading(by=person(), what=f"card {card.number}", why=why, records=len(entries), at=now()),
        )
    if as_json:
        for entry in entries:
            typer.echo(json.dumps(entry.as_json(), ensure_ascii=False))
        return 0
    out = console()
    out.print(literal(f"Card {card.number} · {card.proposal.record.name} · {card.state.value}"))
    for entry in entries:
        acting = " ".join(f"{name}={value[:12]}" for name, value in sorted(entry.acting.items()))
        when = f"{entry.seq:>5}  {entry.at:%Y-%m-%d %H:%M:%S}"
        title = (f"{shown(entry.title):<18}", "bold")
        out.print(Text.assemble(f"{when}  ", title, f" {shown(shorten(entry.text, 180))}"))
        if acting:
            out.print(literal(f"{'':>28}{acting}", style="dim"))
    return 0
