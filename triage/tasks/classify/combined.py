"""The prompted and the embedded classifier on one view: where both answer alike, they are right more often.

The category is the prompted one's. Its confidence is what was measured for answers that the embedded classifier shares,
or does not share, in a table of agreement; no model's own word counts. Without a table there is no confidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import Field, ValidationError

from triage.domain import Classification, Confidence, Frozen, View
from triage.domain.shares import wilson
from triage.errors import ConfigurationError
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.classify.prompted import PromptedClassifier

AGREEMENT_SETTING = "TRIAGE_AGREEMENT"
_LEAST = 25
_UNSURE = 0.0


class Counted(Frozen):
    """How often the prompted answer was right in one situation."""

    agree: bool
    """Whether both classifiers gave the same category."""
    from_confidence: float = Field(default=0.0, ge=0, le=1)
    """The embedded classifier's measured confidence was at least this, and below the next row's."""
    right: int = Field(ge=0)
    n: int = Field(gt=0)


class Agreement(Frozen):
    """What was measured of one prompted model beside one embedded layer, on labelled messages."""

    model: str
    """As `Producer.model` of the prompted answers."""
    prompt: str
    layer: str
    """SHA-256 of the embedded classifier's layer."""
    population: str
    rows: tuple[Counted, ...]

    def confidence(self, agree: bool, embedded: Confidence | None) -> Confidence | None:
        """What was measured where both agree, or do not; None where that is fewer than 25 messages."""
        sure = _UNSURE if embedded is None else embedded.value
        fitting = [row for row in self.rows if row.agree is agree and row.from_confidence <= sure]
        if not fitting:
            return None
        row = max(fitting, key=lambda one: one.from_confidence)
        if row.n < _LEAST:
            return None
        low, high = wilson(row.right, row.n)
        how = "as the embedded classifier" if agree else "other than the embedded classifier"
        population = f"{self.population}, {how}, which was {row.from_confidence:.0%} sure or more"
        return Confidence(value=row.right / row.n, population=population, n=row.n, low=low, high=high)


class CombinedClassifier(Runnable[View, Classification]):
    """Asks the prompted classifier, and weighs its answer by whether the embedded one agrees.

    Raises `ModelError` where the model gives no usable answer, and `ConfigurationError` on being made with a table that
    was measured for another model, prompt or layer.
    """

    key = "classify"

    def __init__(
        self, prompted: PromptedClassifier, embedded: EmbeddedClassifier, agreement: Agreement | None = None
    ) -> None:
        self._prompted, self._embedded, self._agreement = prompted, embedded, agreement
        self.producer = prompted.producer
        self.acting = {**embedded.acting, **prompted.acting}
        if agreement is None:
            return
        self.acting["agreement"] = agreement.fingerprint()
        ours = (self.producer.model, self.producer.prompt, embedded.acting["layer"])
        if ours != (agreement.model, agreement.prompt, agreement.layer):
            raise ConfigurationError(
                f"table of agreement: was measured for {agreement.model} with {agreement.prompt} beside layer "
                f"{agreement.layer[:12]}, not for {ours[0]} with {ours[1]} beside {ours[2][:12]}. Measure it anew."
            )

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Classification:  # noqa: A002
        """The prompted answer, its first suggestion with the confidence that was measured for such a case."""
        known = self._embedded.invoke(input, config)  # first: what the model said is then recorded without delay
        answer = self._prompted.invoke(input, config)
        main, other = answer.suggestions[0], known.suggestions[0]
        agree = main.category is other.category
        measured = self._agreement.confidence(agree, other.confidence) if self._agreement else None
        differs = () if agree else (f"the embedded classifier reads {other.category.value}",)
        return answer.with_(
            suggestions=(main.with_(confidence=measured), *answer.suggestions[1:]),
            scores=known.scores,
            warnings=(*answer.warnings, *differs),
        )


def active_agreement(environment: Mapping[str, str]) -> Agreement | None:
    """The table that `TRIAGE_AGREEMENT` names; None where it is not set.

    Raises `ConfigurationError` where the file is none.
    """
    named = environment.get(AGREEMENT_SETTING, "").strip()
    return read_agreement(Path(named).expanduser()) if named else None


def read_agreement(path: Path) -> Agreement:
    """A table from its file. Raises `ConfigurationError` where it is none."""
    try:
        return Agreement.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: the table of agreement cannot be read ({type(error).__name__}).") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole file"
        raise ConfigurationError(f"{path}: {where}: {first['msg']}. It is no table of agreement.") from error
