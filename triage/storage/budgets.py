"""What models took of each company's day, added up by all workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from triage.domain import utc
from triage.storage.database import Database

_MILLIONTHS = Decimal(1_000_000)
_ADD = (
    "INSERT INTO spending (company, day, endpoint, model, calls, input_tokens, output_tokens, money, ends_at)"
    " VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT (company, day, endpoint, model) DO UPDATE SET"
    " calls = spending.calls + 1, input_tokens = spending.input_tokens + excluded.input_tokens,"
    " output_tokens = spending.output_tokens + excluded.output_tokens, money = spending.money + excluded.money,"
    " ends_at = excluded.ends_at"
)


@dataclass(frozen=True)
class Spent:
    """What was taken in a day."""

    calls: int = 0
    tokens: int = 0
    """That went there and came back."""
    money: Decimal = Decimal(0)


class Spending:
    """The spending of one store. Every method raises `StoreError` where the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        company: str,
        day: date,
        endpoint: str,
        model: str,
        input_tokens: int,
        output_tokens: int,
        money: Decimal,
        ends_at: datetime,
    ) -> None:
        """Add one exchange with a model, in a day that ends at this time. It is on the disk when this returns."""
        millionths = int((money * _MILLIONTHS).to_integral_value())
        values = (company, day.isoformat(), endpoint, model, input_tokens, output_tokens, millionths, utc(ends_at))
        self._database.grouped(lambda: self._database.execute(_ADD, values))

    def of(self, company: str, day: date) -> Spent:
        """What a company has spent on a day, on all endpoints together."""
        sql = (
            "SELECT coalesce(sum(calls), 0), coalesce(sum(input_tokens + output_tokens), 0), coalesce(sum(money), 0)"
            " FROM spending WHERE company = ? AND day = ?"
        )
        calls, tokens, money = self._database.query(sql, (company, day.isoformat()))[0]
        return Spent(int(calls), int(tokens), Decimal(int(money)) / _MILLIONTHS)

    def today(self, now: datetime) -> dict[str, tuple[Spent, datetime]]:
        """Of each company that spent something in the day of its calendar that it is now: what, and when it ends."""
        sql = (
            "SELECT company, sum(calls), sum(input_tokens + output_tokens), sum(money), max(ends_at) FROM spending"
            " WHERE ends_at > ? GROUP BY company, day ORDER BY company, day"
        )
        return {
            str(company): (
                Spent(int(calls), int(tokens), Decimal(int(money)) / _MILLIONTHS),
                datetime.fromisoformat(ends),
            )
            for company, calls, tokens, money, ends in self._database.query(sql, (utc(now),))
        }

    def forget(self, before: date) -> int:
        """Delete the days before this one; how many rows went."""
        with self._database.transaction():
            return self._database.execute("DELETE FROM spending WHERE day < ?", (before.isoformat(),))
