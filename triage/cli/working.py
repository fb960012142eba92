"""Puts a worker together and lets it work."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from triage.cli.wiring import EMBEDDED, now, open_store
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.cli.wiring import Store
    from triage.jobs.bounds import Gate
    from triage.jobs.configuration import JobsConfiguration
    from triage.jobs.worker import Duty, Worker

RETURNED = 3
"""Exit status of a worker that stopped with jobs in its hands: others take them up."""


def work(settings: Settings, slot: str | None, concurrency: int | None, metrics_at: str | None = None) -> int:
    """Work until SIGTERM or SIGINT; the exit status. `metrics_at` (`HOST:PORT`) serves what this machine counts.

    Raises `ConfigurationError`, `UsageError` and `StoreError` where it cannot start.
    """
    from triage import metrics, tracing
    from triage.cli.scraped import address_of, serving
    from triage.jobs.configuration import read_configuration
    from triage.jobs.slots import slot as hold_slot

    duties = [] if metrics_at is None else [serving(*address_of(metrics_at))]
    settings.make_home()
    configuration = read_configuration(settings.home)
    if concurrency is not None:
        configuration = configuration.with_(concurrency=concurrency)
    with ExitStack() as stack:
        name = stack.enter_context(hold_slot(settings.home, slot))
        stack.enter_context(metrics.shared(settings.home / metrics.FOLDER, "worker"))
        stack.enter_context(tracing.sending("worker"))
        store = stack.enter_context(open_store(settings, create=True))
        worker = put_together(settings, store, configuration, name, stack, duties)

        def stop(_number: int, _frame: FrameType | None) -> None:
            worker.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        return 0 if worker.run() else RETURNED


def put_together(
    settings: Settings,
    store: Store,
    configuration: JobsConfiguration,
    name: str,
    stack: ExitStack,
    duties: Sequence[Duty] = (),
) -> Worker:
    """A worker of this name over an open store, with more duties; what it opens is closed with `stack`."""
    from triage.cli.card_duties import CardDuties
    from triage.cli.duties import schedule_of
    from triage.cli.office import InstalledOffice
    from triage.cli.report_duties import ReportDuties
    from triage.jobs.engine import Engine, Pace
    from triage.jobs.inbox import Inbox
    from triage.jobs.listeners import open_listeners
    from triage.jobs.reaper import Reaper
    from triage.jobs.relay import Relay
    from triage.jobs.review import Reviewer
    from triage.jobs.schedules import Schedule
    from triage.jobs.switching import Switch
    from triage.jobs.worker import Worker

    office = InstalledOffice(settings, store, configuration.model)
    stack.callback(office.close)
    office.policy()
    office.check()
    inbox, switch = Inbox(store.journal, now), Switch(store.journal, now)
    cards = CardDuties(office, store, switch, name)
    reviewer = Reviewer(
        inbox,
        office,
        configuration,
        name,
        now,
        switch=switch,
        answering=office,
        gate=_gate(configuration),
        asked=cards.answer,
    )
    pace = Pace(configuration.concurrency, configuration.ahead, configuration.poll_seconds)
    engine = Engine(queue_of(settings), name, pace, reviewer.review)
    relay = Relay(inbox, engine, configuration, name, now, switch=switch, outages=reviewer.outages)
    reaper = Reaper(inbox, engine, relay, configuration, now, reviewer.failed)
    listeners = open_listeners(configuration.listeners, settings.home)
    by_clock: list[Duty] = []
    if configuration.schedule:
        # Counting takes its time in a large store: in a thread of its own, so that nothing that is urgent waits for it.
        counting = Schedule(ReportDuties(office, store, switch, name).tasks())
        by_clock = [schedule_of(office, store, inbox, switch, name, listeners, configuration.keep_days), counting]
    return Worker(inbox, engine, reviewer, relay, reaper, configuration, now, [*by_clock, *duties])


def queue_of(settings: Settings) -> Path | str:
    """Where the queue lies: a schema of its own in the same database, or a file beside the store."""
    return settings.database_url or settings.home / "jobs.db"


def _gate(configuration: JobsConfiguration) -> Gate | None:
    """The share of the endpoint that this worker's model is at."""
    from triage.jobs.bounds import Gate

    if configuration.model == EMBEDDED:
        return None
    share = configuration.endpoints.get(configuration.model.partition(":")[0])
    return Gate(share) if share else None


__all__ = ["RETURNED", "put_together", "queue_of", "work"]
