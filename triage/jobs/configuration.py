"""How jobs are run: `jobs.yaml` in the home folder. Every entry has a default; the file need not exist."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError, model_validator

from triage.domain.base import Frozen
from triage.errors import ConfigurationError
from triage.jobs.listeners import Listener

FILE = "jobs.yaml"


class Share(Frozen):
    """What one company, or one model endpoint, may have."""

    concurrency: int | None = Field(default=None, ge=1)
    """Jobs at once: of a company among all workers, of an endpoint in each worker. None: as many as there are."""
    per_minute: int | None = Field(default=None, ge=1)
    """Jobs begun (of a company), or questions asked in each worker (of an endpoint), in any sixty seconds."""


class JobsConfiguration(Frozen):
    """The whole of `jobs.yaml`. Unknown entries are errors. Times are in seconds."""

    model: str = "embedded"
    """Who answers; named as with `--model`."""
    concurrency: int = Field(default=4, ge=1, le=256)
    """Jobs at once in each worker."""
    ahead: int = Field(default=4, ge=1, le=64)
    """For each of them, so many jobs are kept in the queue."""
    poll_seconds: float = Field(default=0.1, gt=0, le=60)
    """Between two looks into inbox and queue."""
    attempts: int = Field(default=3, ge=1, le=100)
    """Failures of an arrival before it is given up."""
    backoff_seconds: float = Field(default=15.0, ge=0)
    """Wait after the first failure; doubled with each further one."""
    backoff_most_seconds: float = Field(default=600.0, ge=0)
    """The longest pause before another attempt."""
    outage_seconds: float = Field(default=5.0, ge=0)
    """First wait for an Odoo or a model that is down; doubled as long as it stays down. Burns no attempt."""
    outage_most_seconds: float = Field(default=120.0, ge=0)
    """The longest pause while something is down."""
    off_seconds: float = Field(default=10.0, gt=0)
    """Between two looks whether the kill switch is on again."""
    busy_seconds: float = Field(default=1.0, ge=0)
    """Wait while another job has the same record in hand."""
    burst_seconds: float = Field(default=60.0, ge=0)
    """A record that changes again and again is reviewed after this long at the latest."""
    job_seconds: float = Field(default=300.0, gt=0)
    """A job that takes longer is stopped at its next step."""
    stuck_seconds: float = Field(default=1800.0, gt=0)
    """A job that is longer in one step costs its worker the process: it counts as failed, and a new worker starts."""
    heartbeat_seconds: float = Field(default=5.0, gt=0)
    """How often a worker says that it is alive."""
    dead_seconds: float = Field(default=30.0, gt=0)
    """A worker that was not heard of for so long is dead; others take over what it held."""
    lost_seconds: float = Field(default=60.0, gt=0)
    """After so long it is asked whether the queue still knows a job."""
    stop_seconds: float = Field(default=20.0, ge=0)
    """How long a worker that is asked to stop goes on with what it has begun."""
    keep_payload_days: float = Field(default=7.0, gt=0)
    """What a finished arrival said is dropped after so long."""
    keep_days: float = Field(default=30.0, gt=0)
    """Rows of finished arrivals are deleted after so long; until then a duplicate is known."""
    keep_queue_hours: float = Field(default=24.0, gt=0)
    """Finished rows of the queue are deleted after so long."""
    schedule: bool = True
    """Whether workers also do what is done by the clock: sweeps, the look at open cards, the watchdog."""
    company: Share = Share()
    """What a company may have that is not named in `companies`."""
    companies: dict[str, Share] = {}
    endpoints: dict[str, Share] = {}
    """By the name that the policy gives a model server (`openai` for the built-in one)."""

    listeners: tuple[Listener, ...] = ()
    """Programs that are told when something waits for a person."""

    @model_validator(mode="after")
    def _listeners_have_names(self) -> JobsConfiguration:
        names = [each.name for each in self.listeners]
        if double := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"listeners: {double[0]!r} stands there twice")
        return self

    @model_validator(mode="after")
    def _payloads_go_first(self) -> JobsConfiguration:
        if self.keep_payload_days > self.keep_days:
            raise ValueError("keep_payload_days: cannot be more than keep_days, when the whole row goes")
        if self.dead_seconds < 2 * self.heartbeat_seconds:
            raise ValueError(
                "dead_seconds: must be at least twice heartbeat_seconds, else living workers count as dead"
            )
        return self

    def share(self, company: str) -> Share:
        """What this company may have."""
        return self.companies.get(company, self.company)


def read_configuration(home: Path) -> JobsConfiguration:
    """Read `jobs.yaml`. Raises `ConfigurationError` that names the file and the first wrong entry."""
    import yaml

    path = home / FILE
    if not path.exists():
        return JobsConfiguration()
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({type(error).__name__}).") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    try:
        return JobsConfiguration.model_validate({} if found is None else found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise ConfigurationError(f"{path}: {where}: {first['msg']}.") from error


__all__ = ["FILE", "JobsConfiguration", "Share", "read_configuration"]
