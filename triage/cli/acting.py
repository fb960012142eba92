"""What acts besides the policy: prompts, models, endpoints, learnt layers, rules and thresholds, each with its hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from triage.audit.activation import Activations
from triage.audit.journal import acting_of

if TYPE_CHECKING:
    from triage.domain.policies import PolicyBook
    from triage.pipeline import Extract, Task
    from triage.settings import Settings


def parts_of(extract: Extract, tasks: Sequence[Task]) -> dict[str, str]:
    """Everything that acts on the answers of these: `STEP/PART` → hash, as records name it."""
    named: dict[str, Mapping[str, str]] = {"extract": acting_of(extract)}
    named |= {task.key: acting_of(task) for task in tasks}
    return {f"{step}/{part}": value for step, acting in named.items() for part, value in sorted(acting.items())}


def parts(model: str, book: PolicyBook) -> dict[str, str]:
    """The same of a model by its name, as the whole path works with it. Loads it. Raises `ConfigurationError`."""
    from triage.cli.wiring import extractor, tasks

    return parts_of(extractor(model, book.base), tasks(model, book.base))


def configured(settings: Settings) -> list[str]:
    """The models that this installation asks by itself: those that `jobs.yaml` and `service.yaml` name."""
    from triage.jobs.configuration import read_configuration

    return list(dict.fromkeys([read_configuration(settings.home).model, settings.service_model()]))


def check_if_required(activations: Activations, book: PolicyBook, model: str) -> None:
    """Load a model and refuse it where it was not activated and must be; nothing is loaded where all may act."""
    if activations.is_required(book):
        activations.check_parts(book, model, parts(model, book))


__all__ = ["check_if_required", "configured", "parts", "parts_of"]
