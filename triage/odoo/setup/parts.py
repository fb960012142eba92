"""What set-up is made of: parts, each one record in Odoo with an external id of ours, grouped into features.

A part is declared, not done: its values name other parts, Odoo's own records, models and fields symbolically, and
whoever applies them finds the ids. A feature's parts are a function of the `Place`, because Odoo renames fields between
versions and because a server lacks apps. Nothing here calls Odoo.

    FEATURE = Feature(
        name="cards",
        title="Cards as a list in Odoo",
        parts=lambda place: [
            Part(
                "cards_model",
                "ir.model",
                {"name": "Triage card", "model": "x_triage_card", "state": "manual"},
                why="the list of what waits for a decision",
                unique=("model",),
            ),
            Part(
                "cards_form",
                "ir.ui.view",
                {"name": "triage.card.form", "model": "x_triage_card", "arch": Filled('<form>... %(cards_accept)d')},
                why="...",
            ),
        ],
    )
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

MODULE = "__triage_setup__"
"""Module of the external ids of everything that set-up makes. The grant's things stand in `__triage__`."""
SERVICE_GROUP = "__triage__.service_group"
"""The group of the service user, which the grant makes."""


@dataclass(frozen=True)
class Ref:
    """Id of another part, by its name. It must stand before this one in the order that `ordered` gives."""

    part: str


@dataclass(frozen=True)
class Known:
    """Id of a record that Odoo or the grant made, by its whole external id: `base.group_user`."""

    xmlid: str


@dataclass(frozen=True)
class ModelOf:
    """Id of a model's row in `ir.model`, by the model's name. A model that is a part too may be named."""

    model: str


@dataclass(frozen=True)
class FieldOf:
    """Id of a field's row in `ir.model.fields`."""

    model: str
    name: str


@dataclass(frozen=True)
class Many:
    """Ids of a many2many: exactly these."""

    of: tuple[Ref | Known | ModelOf | FieldOf | int, ...] = ()


@dataclass(frozen=True)
class Filled:
    """A text with ids in it: `%(name)d` is the id of the part of this name, `%(module.name)d` of an external id.

    A `%` that stands for itself needs no doubling.
    """

    text: str


Value = str | int | float | bool | Ref | Known | ModelOf | FieldOf | Many | Filled
"""Of a field. `False` is empty. One2many fields are not written: the records on their other side are parts."""


@dataclass(frozen=True)
class Needs:
    """What must be there for a part or a feature. What lacks is left out, and the plan says why."""

    models: tuple[str, ...] = ()
    """All of these models are installed."""
    fields: tuple[tuple[str, str], ...] = ()
    """All of these (model, field) exist. Models and fields that parts make count once they are made."""
    first: int | None = None
    """The first version of Odoo that can do it."""
    last: int | None = None
    code: bool = False
    """Whether Odoo must take server actions with code. Odoo Online may refuse them."""


@dataclass(frozen=True)
class Part:
    """One record that set-up makes, and keeps as it is declared."""

    name: str
    """External name in `MODULE`: lower case, digits and `_`; stable over versions of this package."""
    model: str
    values: Mapping[str, Value]
    """What is written and compared, by the names that fields have in this version of Odoo."""
    why: str
    """For the plan: what it is and what for, in one line of plain words."""
    once: Mapping[str, Value] = field(default_factory=dict)
    """Written when it is made and not compared afterwards: people may change it (`active`, an interval, a sequence)."""
    unique: tuple[str, ...] = ("name",)
    """Fields by which a record of others would be the same thing; where there is one, the part is refused."""
    needs: Needs = Needs()
    former: tuple[str, ...] = ()
    """Names that this part had in earlier versions; its record is taken over."""
    upgrade: bool | None = None
    """Whether it must be away while Odoo upgrades modules. None: automation rules, views that change views of others,
    and whatever refers to these, are."""
    lacks: str = ""
    """Why it cannot be made here, where whoever declares it knows already; it is left out then."""
    secret: bool = False
    """Whether values hold a secret, which no plan and no comparison may print."""


Terms = tuple[str | tuple[str, str, object], ...]
"""A domain as Odoo takes it: terms, with `|` and `&` before those that they join."""


@dataclass(frozen=True)
class Export:
    """Rows of a model of ours that people wrote: written into a file before the model goes."""

    model: str
    fields: tuple[str, ...]
    domain: Terms = ()
    unanswered: Terms = ()
    """Which of them the service has still to answer; none: that cannot be told from the rows."""


@dataclass(frozen=True)
class Told:
    """Rows of a model that only one part tells from others: they go before it, because nobody could find them later."""

    model: str
    domain: Terms


class Place(Protocol):
    """The Odoo that parts are for, and what the person asked for."""

    @property
    def major(self) -> int:
        """Version of Odoo: 18."""

    @property
    def code(self) -> bool:
        """Whether server actions with code are taken here."""

    @property
    def address(self) -> str | None:
        """Where people reach the review pages, without a slash at the end; none: not configured."""

    @property
    def watchers(self) -> tuple[int, ...]:
        """Ids of the users whom the heartbeat tells, the first of whom is always there."""

    def has(self, model: str, *fields: str) -> bool:
        """Whether the model is there with all these fields, not counting what parts make."""

    def hook(self) -> str:
        """The whole address of the service's hook, with its secret. Raises `UsageError` where none is configured."""

    def silent_minutes(self) -> int:
        """After how long without a sign of life the service counts as silent."""


@dataclass(frozen=True)
class Rule:
    """What an administrator should know about an automation rule before it is made."""

    owner: str
    """Who should care when it fires."""
    trigger: str
    """Model, event and stored fields."""
    exception: str
    """Which category of card it leads to, and what happens while the receiver is down."""
    audit: str
    """What is recorded where."""


@dataclass(frozen=True)
class Feature:
    """Parts that make sense together. It is chosen, listed and removed as one."""

    name: str
    """As on the command line: `sign-in`, `heartbeat`, `cards`, `rule:credit`."""
    title: str
    parts: Callable[[Place], Sequence[Part]]
    needs: Needs = Needs()
    default: bool = True
    """Whether `setup` makes it without being asked. Automation rules are asked for one by one."""
    with_features: tuple[str, ...] = ()
    """Features that this one needs; they are made with it."""
    without_code: str = ""
    """What people do where Odoo refuses code: shown in the plan."""
    exports: tuple[Export, ...] = ()
    tells: Mapping[str, Told] = field(default_factory=dict)
    """Rows that only a part of this name tells from others, by the part."""
    makes: str = ""
    """How the names of what its parts make while they work go on after `made-`: it goes with the feature."""
    rule: Rule | None = None
    """Of automation rules. A rule that this Odoo cannot have is left out; the sweep finds the change anyway."""
