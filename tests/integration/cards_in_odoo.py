"""What the tests of cards in Odoo share: a look-alike that was set up, people in it, an installation, its duties."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.integration.jobs_setting import Place, place, stalled_orders, write_home
from triage.cli.card_duties import CardDuties
from triage.cli.office import InstalledOffice
from triage.cli.wiring import now
from triage.domain import Card, Duty, RecordRef
from triage.jobs.switching import Switch
from triage.odoo.card_rows import MODEL
from triage.odoo.client import Odoo
from triage.odoo.sandbox import Account
from triage.odoo.sandbox.demo import SampleDay
from triage.odoo.setup.applying import Applier
from triage.odoo.setup.features import FEATURES
from triage.odoo.setup.manifest import read_manifest
from triage.odoo.setup.place import Asked, Surroundings
from triage.odoo.setup.plan import Planner
from triage.odoo.setup.present import read_present
from triage.odoo.transport import Api, Server
from triage.pipeline import triage
from triage.settings import Settings
from triage.storage.people import People

GROUP = "__triage_setup__.cards_group"
SELLER = "sales_team.group_sale_salesman"
MANAGER = "sales_team.group_sale_manager"


def set_up(day: SampleDay, hook: str = "", no_code: bool = False) -> None:
    """Make the cards' model, buttons and views, as an administrator does."""
    box = day.box
    admin = Odoo.connect(Server(box.url, box.database, box.admin.login, box.admin.password, Api.JSONRPC))
    asked = Asked(address="https://triage.example", hook=(lambda: hook) if hook else None, no_code=no_code)
    present, manifest = read_present(admin), read_manifest(admin)
    plan = Planner(Surroundings(admin, asked), FEATURES, present, manifest).plan(["cards"])
    Applier(admin, present, manifest).apply(plan)
    admin.close()


@dataclass
class Desk:
    """One installation beside one Odoo, and people who work in Odoo."""

    day: SampleDay
    at: Place
    office: InstalledOffice
    duties: CardDuties
    people: People
    switch: Switch
    made: int = 0
    users: dict[str, Account] = field(default_factory=dict)

    def user(self, login: str, *groups: str, account: str | None = None, **more: Any) -> Account:
        """Somebody in Odoo who decides cards; with `account` they have one here."""
        made = self.day.box.add_user(login, groups=("base.group_user", SELLER, GROUP, *groups), **more)
        self.users[login] = made
        if account is not None:
            self.people.add(account, [Duty.REVIEWER], odoo_user=made.id)
        return made

    def card(self, owner: Account | None = None) -> Card:
        """A new order with a complaint, reviewed: its card."""
        self.made += 1
        [ref] = stalled_orders(self.day, 1, self.made)
        values = {"user_id": owner.id if owner is not None else False}
        self.day.box.edit(lambda env: env["sale.order"].browse(ref.id).write(values))
        return self.review(ref)

    def review(self, ref: RecordRef) -> Card:
        """The card of a record as it is now."""
        source = self.office.source()
        triage(source.event(ref), self.office.desk(source))
        found = self.at.store.cards.waiting_on("Brandt & Mercer Supply B.V.", ref)
        assert found, f"{ref.name} has no card"
        return found[0]

    def row(self, card: Card) -> dict[str, Any]:
        """The one row of a card, as stored."""
        rows = [row for row in self.day.box.rows(MODEL) if row["x_number"] == card.number]
        assert len(rows) == 1, f"{len(rows)} rows of card {card.number}"
        return rows[0]

    def seen_by(self, user: Account) -> set[int]:
        """Numbers of the cards that somebody sees in Odoo."""
        return {row["x_number"] for row in self.day.box.env(user)[MODEL].search([]).read(["x_number"])}

    def press(self, user: Account, button: str, card: Card, **wish: Any) -> str:
        """Press a button of the card's row; what Odoo says against it, empty where it takes it."""
        number, model = self.row(card)["id"], MODEL

        def work(env: Any) -> None:
            target, name = number, f"__triage_setup__.cards_{button}"
            if button in ("edit", "reject"):
                target = env["x_triage_word"].create({"x_card_id": number, "x_kind": button, **wish}).id
                name = "__triage_setup__.cards_send"
            about = "x_triage_word" if name.endswith("send") else model
            context = {"active_model": about, "active_id": target, "active_ids": [target]}
            action = env(su=True).ref(name)
            env["ir.actions.server"].browse(action.id).with_context(**context).run()

        try:
            self.day.box.edit(work, user)
        except Exception as error:  # Odoo's own kinds
            return str(error)
        return ""

    def answered(self, card: Card) -> dict[str, Any]:
        """The row after the service has looked."""
        self.duties.answer()
        return self.row(card)

    def now(self, card: Card) -> Card:
        """The card as the store has it."""
        return self.at.store.cards.get(card.id)

    def policy(self, **values: Any) -> None:
        """Another policy from now on."""
        given = {"default_mode": "advise", "advice": {"tickets": "accepted"}, "blind_share": 0, **values}
        (self.at.home / "policy.yaml").write_text(yaml.safe_dump(given))
        self.office._policies = None


@contextmanager
def desk(home: Path, day: SampleDay, **odoo: Any) -> Iterator[Desk]:
    """An installation on this day; `odoo` are entries of `odoo.yaml`."""
    write_home(home, day)
    if odoo:
        told = yaml.safe_load((home / "odoo.yaml").read_text())
        (home / "odoo.yaml").write_text(yaml.safe_dump({**told, **odoo}))
    with ExitStack() as stack:
        at = stack.enter_context(place(home))
        settings = Settings.of(home)
        office = InstalledOffice(settings, at.store, "embedded")
        stack.callback(office.close)
        switch = Switch(at.store.journal, now)
        duties = CardDuties(office, at.store, switch, "one")
        made = Desk(day, at, office, duties, People(at.store.database, now), switch)
        made.policy()
        yield made
