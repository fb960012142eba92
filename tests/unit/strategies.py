"""Arbitrary values of the domain, for property tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from triage import domain as d

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
NAME = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
AMOUNT = st.decimals(Decimal("-1e9"), Decimal("1e9"), places=4, allow_nan=False)
ZONE = st.one_of(st.just(UTC), st.builds(lambda m: timezone(timedelta(minutes=m)), st.integers(-720, 840)))
MOMENT = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=ZONE)  # noqa: DTZ001
DAY = st.dates(date(1990, 1, 1), date(2090, 1, 1))


def _some(of: st.SearchStrategy, most: int = 3) -> st.SearchStrategy:
    return st.lists(of, max_size=most).map(tuple)


def _maybe(of: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | of


REF = st.builds(d.RecordRef, model=NAME, id=_maybe(st.integers(1, 2**31)), name=NAME)
FACT = st.builds(
    d.Fact,
    name=NAME,
    value=st.one_of(AMOUNT, st.booleans(), DAY, TEXT),
    unit=_maybe(NAME),
    about=_maybe(NAME),
    sources=_some(NAME),
    how=TEXT,
)
CREDIT = st.builds(d.Credit, limit=_maybe(AMOUNT), receivable=AMOUNT, to_invoice=AMOUNT, currency=st.just("EUR"))
PARTNER = st.builds(
    d.Partner, ref=_maybe(REF), name=NAME, role=st.sampled_from(d.Role), emails=_some(NAME), credit=_maybe(CREDIT)
)
LINE = st.builds(
    d.Line, id=_maybe(st.integers(1, 10**6)), product=NAME, name=NAME, quantity=AMOUNT, unit_price=_maybe(AMOUNT),
    date_planned=_maybe(DAY),
)  # fmt: skip
MESSAGE = st.builds(
    d.Message, id=NAME, kind=st.sampled_from(d.MessageKind), sent_at=_maybe(MOMENT), author=_maybe(NAME), subject=TEXT,
    body=TEXT, quoted=TEXT, signature=TEXT, warnings=_some(TEXT),
)  # fmt: skip
DOCUMENT = st.builds(d.Document, name=NAME, media_type=NAME, content=st.binary(max_size=60), message=_maybe(NAME))
CASE = st.builds(
    d.Case,
    record=REF,
    company=st.builds(d.Company, name=NAME, id=_maybe(st.integers(1, 99))),
    captured_at=MOMENT,
    partner=_maybe(PARTNER),
    lines=_some(LINE),
    messages=_some(MESSAGE),
    documents=_some(DOCUMENT, 2),
    reported=_some(FACT),
    missing=_some(TEXT),
)
POLICY = st.builds(
    d.Policy,
    version=NAME,
    modes=st.dictionaries(st.sampled_from(d.Category), st.sampled_from(d.Mode), max_size=4),
    second_person=st.frozensets(st.sampled_from(d.Category), max_size=4),
    deciders=st.dictionaries(NAME, st.frozensets(st.sampled_from(d.Category), max_size=3), max_size=2),
    replace=st.frozensets(st.sampled_from(d.PrivateKind)),
)
