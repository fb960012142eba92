"""The page of policy and budgets: what each company has spent of its day, and who put into force what acts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.opened_store import COMPANY, proposal
from tests.unit.review_site import Someone, put
from tests.unit.service_client import Service, service
from triage.audit.activation import Activations
from triage.cli.wiring import now
from triage.domain import Category, Duty
from triage.domain.policies import PolicyBook
from triage.storage.budgets import Spending

POLICY = """
blind_share: 0
budgets: {tokens_per_day: 1000, money_per_day: 2}
companies:
  Elsewhere Ltd: {budgets: {tokens_per_day: 7}}
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Service]:
    put(tmp_path, [proposal(Category.STOCK)])
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    with service(tmp_path) as made:
        yield made


def spend(site: Service, tokens: int, money: str, company: str = COMPANY, hours: int = 5) -> None:
    store = site.app.state.parts.installation.opened().store
    ends = now() + timedelta(hours=hours)
    Spending(store.database).add(company, ends.date(), "house", "small", tokens, 0, Decimal(money), ends)


def test_what_is_left_of_a_companys_day(site: Service) -> None:
    lead = Someone(site, "Mila", Duty.LEAD)
    assert "0 of 1,000, 1,000 left" in lead.text("/policy")
    spend(site, 400, "0.5")
    spend(site, 9, "0.1", hours=-24)  # yesterday
    page = lead.text("/policy")
    assert "400 of 1,000, 600 left" in page
    assert "0.5 of 2, 1.5 left" in page
    assert "open; counted anew from" in page
    spend(site, 700, "0")
    page = lead.text("/policy")
    assert "1,100 of 1,000, 0 left" in page
    assert "spent: opens again at" in page
    assert "Elsewhere" not in page


def test_a_company_of_the_readers_with_bounds_of_its_own(site: Service) -> None:
    spend(site, 7, "0", "Elsewhere Ltd")
    page = Someone(site, "Ada", Duty.AUDITOR, companies=None, language="de").text("/policy")
    assert "7 von 7, 0 übrig" in page
    assert "verbraucht: wieder offen ab" in page


def test_who_put_what_into_force(site: Service) -> None:
    lead, installation = Someone(site, "Mila", Duty.LEAD), site.app.state.parts.installation
    assert "Nothing was activated yet" in lead.text("/policy")
    activations = Activations(lead.store.journal, now)
    book: PolicyBook = installation.settings.policies()
    activations.activate(
        book, POLICY, by="Mila", second="Joris", why="surer", models={"house:x": {"classify/layer": "a" * 64}}
    )
    page = lead.text("/policy")
    assert "by Mila + Joris: surer" in page
    assert "What may act with house:x" in page
    assert "classify/layer" in page
    assert "another one" not in page
    activations.activate(PolicyBook(book.base.with_(min_confidence=0.9)), "", by="Mila", why="w")
    assert "What was activated last is another one" in lead.text("/policy")


def test_the_day_ends_by_the_companys_own_calendar(tmp_path: Path) -> None:
    from tests.unit.opened_store import NOW, Opened
    from triage.domain import Budgets, Company, Usage
    from triage.models.budget import Budget
    from triage.models.charged import charged_to

    with Opened(tmp_path) as opened:
        spending = Spending(opened.database)
        budget = Budget(spending, lambda _: Budgets(), lambda: NOW)
        with charged_to(Company(name=COMPANY, timezone="America/New_York")):
            budget.add("house", "small", Usage(input_tokens=3, output_tokens=4))
        spent, ends = spending.today(NOW)[COMPANY]
        assert (spent.calls, spent.tokens) == (1, 7)
        assert ends.astimezone(UTC).isoformat() == "2026-11-24T05:00:00+00:00"
        assert spending.today(ends) == {}
