"""The desk's key figures as they were last counted, by company: all SQL about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from triage.domain import utc
from triage.storage.database import Database

EVERYTHING = ""
"""In place of a company: all of them together."""
_KEEP = (
    "INSERT INTO desk_figures (company, day, made_at, told) VALUES (?, ?, ?, ?) ON CONFLICT (company) DO UPDATE SET"
    " day = excluded.day, made_at = excluded.made_at, told = excluded.told"
)


@dataclass(frozen=True)
class DeskFigures:
    """What was counted of a company up to a day."""

    company: str
    day: date
    """The last day that was counted."""
    made_at: datetime
    told: dict[str, Any]
    """As `triage report kpi --json` prints it."""


def keep(database: Database, figures: DeskFigures) -> None:
    """Put these in the place of the ones before."""
    with database.transaction():
        told = json.dumps(figures.told, ensure_ascii=False)
        database.execute(_KEEP, (figures.company, figures.day.isoformat(), utc(figures.made_at), told))


def of(database: Database, company: str) -> DeskFigures | None:
    """What was last counted of a company; none where nothing was."""
    rows = database.query("SELECT company, day, made_at, told FROM desk_figures WHERE company = ?", (company,))
    if not rows:
        return None
    name, day, made, told = rows[0]
    return DeskFigures(
        str(name), date.fromisoformat(str(day)), datetime.fromisoformat(str(made)), json.loads(str(told))
    )


def companies(database: Database) -> list[str]:
    """Companies that have cards, by name."""
    return [str(row[0]) for row in database.query("SELECT DISTINCT company FROM queue ORDER BY company")]
