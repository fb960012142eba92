"""`triage serve` and `triage worker`: the service, its web process and its workers."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import Home, guarded

PORT = 8087
Database = Annotated[
    str | None,
    typer.Option("--database", help="`postgresql://user@host/database`. Default: TRIAGE_DATABASE, else a file."),
]


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on.")] = PORT,
    workers: Annotated[
        int, typer.Option("--workers", min=0, max=64, help="Worker processes beside the web process; 0: none.")
    ] = 1,
    database: Database = None,
    home: Home = None,
) -> None:
    """Serve: the web process takes events in, workers review them. Until interrupted."""
    _take(database)
    guarded(run_serve, host, port, workers, home)


def worker(
    slot: Annotated[
        str | None,
        typer.Option(help="Name of this worker, its own among all of them. Default: the first free one of this host."),
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", min=1, max=256, help="Jobs at once. Default: as jobs.yaml says.")
    ] = None,
    database: Database = None,
    metrics: Annotated[
        str | None,
        typer.Option(
            "--metrics", metavar="HOST:PORT", help="Serve Prometheus' metrics there, where no web process runs beside."
        ),
    ] = None,
    with_parent: Annotated[
        bool, typer.Option("--with-parent", hidden=True, help="Stop when standard input ends.")
    ] = False,
    home: Home = None,
) -> None:
    """Review what came in, until interrupted. Any number of workers may run, on any number of machines."""
    _take(database)
    guarded(run_worker, slot, concurrency, with_parent, home, metrics)


def run_serve(host: str, port: int, workers: int, home: Path | None) -> int:
    """Start the processes and look after them; what dies is started again."""
    from triage.audit.activation import Activations
    from triage.cli.wiring import now, open_store
    from triage.errors import StoreError
    from triage.jobs.configuration import read_configuration
    from triage.jobs.family import Family, commands
    from triage.logs import configure
    from triage.settings import Settings

    configure()
    settings = Settings.of(home)
    policies = settings.policies()
    read_configuration(settings.home)
    settings.make_home()
    # a store that cannot be reached yet keeps nothing from starting: each process waits for it, and then checks itself
    with suppress(StoreError), open_store(settings, create=True) as store:
        Activations(store.journal, now).check(policies)
    return Family(commands(host, port, workers, settings.home), settings.home).run()


def run_worker(
    slot: str | None, concurrency: int | None, with_parent: bool, home: Path | None, metrics: str | None = None
) -> int:
    """One worker in this process."""
    from triage.cli.web import end_with_parent
    from triage.cli.working import work
    from triage.logs import configure
    from triage.settings import Settings

    configure()
    _compute_in_one_thread()
    if with_parent:
        end_with_parent()
    return work(Settings.of(home), slot, concurrency, metrics)


def _compute_in_one_thread() -> None:
    """A worker computes in as many threads as it has jobs; more in each of them only wait for one another.

    Measured on 2 busy cores: an answer of the embedded classifier took 320 ms of computing with the library's own
    threads and 50 ms without. Works as long as numpy was not imported yet; what is set already stays.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _take(database: str | None) -> None:
    """What is said on the command line holds for the processes that are started, too."""
    if database is not None:
        os.environ["TRIAGE_DATABASE"] = database


__all__ = ["serve", "worker"]
