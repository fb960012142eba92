"""What a company decides about the software: thresholds, modes, who may decide, what may leave the house."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator, model_validator
from pydantic.config import JsonDict

from triage.domain.advice import Advice
from triage.domain.base import Frozen, SortedSet
from triage.domain.budgets import Budgets
from triage.domain.papers import FIELD_NAMES, LINE_FIELD_NAMES
from triage.domain.people import Duty
from triage.domain.priority import PriorityWeights
from triage.domain.routing import Route
from triage.domain.segments import Segment
from triage.domain.taxonomy import Category


class Mode(StrEnum):
    """How far the path goes for a category."""

    OFF = "off"
    """No card."""
    SHADOW = "shadow"
    """Everything but publishing."""
    ADVISE = "advise"
    """Notes, activities and drafts are published."""


class PrivateKind(StrEnum):
    """Kinds of personal data that are replaced before text goes to a remote model."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    VAT = "vat"
    CARD = "card"
    NAME = "name"
    ADDRESS = "address"


class Thresholds(Frozen):
    """Where a fact becomes an exception. Days are calendar days in the company's time zone."""

    days_late: int = Field(default=1, ge=0)
    """Late from this many days after the first promise."""
    no_scan_days: int = Field(default=3, ge=0)
    """A shipment in transit without a scan for this long is stuck."""
    backorder_days: int = Field(default=7, ge=0)
    """A backorder older than this is aged."""
    overdue_days: int = Field(default=1, ge=0)
    """An invoice counts as overdue from this many days past due."""
    price_tolerance: Decimal = Field(default=Decimal("0.005"), ge=0)
    """Relative difference of unit prices that is ignored (rounding)."""
    quantity_tolerance: Decimal = Field(default=Decimal(0), ge=0)
    """Relative difference of quantities that is ignored."""
    date_tolerance_days: int = Field(default=0, ge=0)
    """A supplier's date this many days after the order's is ignored."""
    claim_days: int = Field(default=7, ge=0)
    """Days after delivery within which transport damage must be reported (CMR art. 30: seven days)."""
    claim_pressing_days: int = Field(default=2, ge=0)
    """With this many days of the claim period left, or fewer, a claim is pressing."""
    late_serious_days: int = Field(default=5, ge=0)
    """Lateness from this many days on is serious and raises the severity."""
    late_grave_days: int = Field(default=14, ge=0)
    """Lateness from this many days on is grave and raises the severity twice."""
    near_days: int = Field(default=2, ge=0)
    """A promise this many days away, or fewer, presses where something stands against it."""
    high_amount: Decimal = Field(default=Decimal(5000), ge=0)
    """An order from this amount on, in the company's currency, raises the severity."""
    important_classes: SortedSet[str] = frozenset({"A", "KEY", "VIP"})
    """Customer classes that raise the severity; upper and lower case are the same."""
    min_margin: Decimal = Field(default=Decimal(0), le=100)
    """A line whose margin (per cent of the price) is lower is below what policy allows."""
    max_discount: Decimal | None = Field(default=None, ge=0, le=100)
    """A line discount (per cent) above this is more than policy allows; none: every discount is allowed."""
    stalled_hours: int = Field(default=48, ge=0)
    """An unanswered customer message older than this is stalled."""
    idle_days: int = Field(default=3, ge=1)
    """A thread in which nobody of ours wrote for so many days, while somebody waits, is idle."""
    untouched_hours: int = Field(default=24, ge=1)
    """An open exception that nobody has answered, taken up or planned anything for in so long is stalled."""


class Endpoint(Frozen):
    """A model server that may be asked. What is not listed is not called."""

    name: str
    """What `--model NAME:MODEL` and records call it."""
    url: str
    """Its address, up to `/v1`."""
    remote: bool = True
    """False only for a server in the house: then nothing is replaced."""
    region: str = ""
    """Where it computes, for those who have to know."""
    contract: str = ""
    """Under which contract it may get what leaves."""
    timeout_seconds: float = Field(default=60.0, gt=0)
    """How long an answer may take."""


class TimeStamping(Frozen):
    """Who is asked for time stamps of checkpoints (RFC 3161). Only a hash goes there."""

    url: str = Field(pattern="^https?://")
    """Address of the authority (RFC 3161)."""
    ca_file: str
    """File (PEM) with the root certificates that its answers must lead to."""
    region: str = ""
    """Where it is, for those who have to know."""
    contract: str = ""
    """Under which contract it is used."""


class Limits(Frozen):
    """Bounds on what is read. Beyond them a document is named, not read."""

    max_file_bytes: int = Field(default=25_000_000, gt=0)
    """Larger files are named and left unread."""
    max_pages: int = Field(default=200, gt=0)
    """Pages of a document beyond these are left unread."""
    max_scanned_pages: int = Field(default=20, gt=0)
    """Pages of a document that are read off their picture (OCR); a page takes seconds."""
    max_seconds: float = Field(default=30.0, gt=0)
    """Of computing, to read a document's text, and to recognise each page that is a picture. Then the reading process
    is ended; at the latest when twenty times as long has passed on the clock."""
    max_memory_bytes: int = Field(default=1_000_000_000, gt=0)
    """That a document may take in the reading process beyond what the process holds anyway."""
    max_message_chars: int = Field(default=200_000, gt=0)
    """Letters of a message beyond these are left unread."""


_DUTY = "duty:"
_DECIDING = (Duty.LEAD, Duty.REVIEWER)
_WHO: JsonDict = {
    "anyOf": [
        {"not": {"pattern": "^[Dd][Uu][Tt][Yy]:"}},
        {"enum": [f"{_DUTY}{duty.value}" for duty in _DECIDING]},
    ]
}
"""A decider in the JSON schema: a name, or a duty that decides."""


class Policy(Frozen):
    """One company's policy. Its fingerprint stands in every record it acted on."""

    version: str = "default-1"
    """What people call this version of the policy; it stands in every record."""
    modes: dict[Category, Mode] = {}
    default_mode: Mode = Mode.SHADOW
    teams: dict[Category, str] = {}
    default_team: str = "order desk"
    """Who gets what no category or route names a team for."""
    min_confidence: float = Field(default=0.5, ge=0, le=1)
    """Below this measured confidence there is no suggestion but a question."""
    min_confidence_by_category: dict[Category, Annotated[float, Field(ge=0, le=1)]] = {}
    min_field_confidence: float = Field(default=0.6, ge=0, le=1)
    """A value of a document whose measured confidence is lower is held back: named, and not used."""
    min_field_confidence_by_field: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}
    """The same for single fields: `buyer_name`, or `line.quantity` for that of each line."""
    second_person: SortedSet[Category] = frozenset()
    deciders: dict[str, SortedSet[Category]] = Field(default={}, json_schema_extra={"propertyNames": _WHO})
    """Person, or duty of those who have an account (`duty:lead`, `duty:reviewer`) → categories they may decide; several
    entries add up. Empty: anybody who can open the store."""
    own_cases: bool = True
    """Whether somebody may decide a case of an order that is their own (as its salesperson)."""
    require_activation: bool = False
    """Whether only a policy acts that was activated by a named person (`triage policy activate`)."""
    activation_needs_two: bool = False
    """Whether two people must activate the policy that comes after this one."""
    thresholds: Thresholds = Thresholds()
    replace: SortedSet[PrivateKind] = frozenset(PrivateKind)
    endpoints: tuple[Endpoint, ...] = ()
    time_stamping: TimeStamping | None = None
    """Who is asked for time stamps of checkpoints; none: nobody. Of the policy of the companies that have no own."""
    limits: Limits = Limits()
    advice: Advice = Advice()
    retention: dict[str, Annotated[int, Field(ge=1)]] = {}
    """Days for which recorded content is kept, by kind of record or name of step (`capture`: 365). What is not named is
    kept; envelopes always are."""
    language: str | None = Field(default=None, pattern="^(en|de|fr|es|nl)$")
    """In which language cards are written for their readers (ISO 639-1); none: in the company's."""
    routes: dict[Category, Route] = {}
    """Where tickets of a category go; what it leaves open comes from the company's own solved tickets."""
    clusters: bool = True
    """Whether cases with the same cause share a card."""
    priority: PriorityWeights = PriorityWeights()
    """What makes an order at risk come before another one."""
    cut_offs: dict[str, time] = {}
    """Carrier → when it collects, in the company's time zone; `default` for carriers that are not named."""
    expire_days: int | None = Field(default=30, ge=1)
    """A card that nobody has decided on for so many days expires; none: never."""
    blind_share: float = Field(default=0.03, ge=0, le=0.5)
    """Of so many cards a reviewer is asked for their own view before they see the suggestion."""
    budgets: Budgets = Budgets()
    """What may be spent on models in a day."""
    segments: dict[str, Segment] = {}
    """Segments of customers that figures count by; the first that fits. Empty: each customer's own class is one."""

    @field_validator("min_field_confidence_by_field")
    @classmethod
    def _fields_exist(cls, by_field: dict[str, float]) -> dict[str, float]:
        known = {*FIELD_NAMES, *(f"line.{name}" for name in LINE_FIELD_NAMES)}
        if strange := sorted(set(by_field) - known):
            raise ValueError(f"no such field: {', '.join(strange)}; the fields are {', '.join(sorted(known))}")
        return by_field

    @field_validator("deciders")
    @classmethod
    def _duties_exist(cls, deciders: dict[str, frozenset[Category]]) -> dict[str, frozenset[Category]]:
        known = [f"{_DUTY}{duty.value}" for duty in _DECIDING]
        if strange := sorted(who for who in deciders if is_duty(who) and who not in known):
            raise ValueError(f"{', '.join(strange)}: no such duty decides; those that do are {', '.join(known)}")
        return deciders

    @model_validator(mode="after")
    def _endpoint_names_are_unique(self) -> Policy:
        names = [endpoint.name for endpoint in self.endpoints]
        if len(set(names)) != len(names):
            raise ValueError(f"endpoints: two have the same name among {', '.join(names)}")
        return self

    def mode(self, category: Category) -> Mode:
        """How far the path goes for this category."""
        return self.modes.get(category, self.default_mode)

    def team(self, category: Category) -> str:
        """Who handles this category."""
        return self.teams.get(category, self.default_team)

    def threshold(self, category: Category, measured: float | None = None) -> float:
        """The measured confidence that a suggestion of this category needs.

        What policy says of the category holds; else the higher one of `min_confidence` and of what was `measured` for
        the model.
        """
        least = max(self.min_confidence, measured or 0.0)
        return self.min_confidence_by_category.get(category, least)

    def field_threshold(self, field: str) -> float:
        """The measured confidence that a value of this field needs: `buyer_name`, `line.quantity`."""
        return self.min_field_confidence_by_field.get(field, self.min_field_confidence)

    def may_decide(self, person: str, category: Category, duties: Collection[Duty] = ()) -> bool:
        """Whether this person, whose account has these duties, may decide cards of this category."""
        if not self.deciders:
            return True
        who = [f"{_DUTY}{duty.value}" for duty in duties] + ([] if is_duty(person) else [person])
        return any(category in self.deciders.get(one, frozenset()) for one in who)

    @property
    def names_duties(self) -> bool:
        """Whether what somebody may decide depends on their duties."""
        return any(map(is_duty, self.deciders))

    def deciders_of(self, categories: Iterable[Category]) -> list[str]:
        """The entries of `deciders` that allow all of these categories."""
        wanted = frozenset(categories)
        return sorted(who for who, allowed in self.deciders.items() if wanted <= allowed)

    def resolved(self, person: str, duties: Collection[Duty]) -> Policy:
        """This policy with what somebody's duties let them decide written down for their name."""
        may = frozenset(category for category in Category if self.may_decide(person, category, duties))
        return self if is_duty(person) else self.with_(deciders={**self.deciders, person: may})


def is_duty(who: str) -> bool:
    """Whether an entry of `deciders` stands for everybody with a duty."""
    return who.casefold().startswith(_DUTY)
