"""The whole circle of a card in Odoo, with real processes of the service: for look-alikes and for a real Odoo alike.

A customer's mail in Odoo calls the service, which makes a card, a note and a row; an ordinary user accepts in Odoo, the
row's own call tells the service, and a draft ticket follows. Everything in Odoo is done over its API, as its people do.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from tests.contract.arranged import Arranged
from tests.contract.mailed import notified
from tests.contract.targets import Target
from tests.integration.jobs_setting import QUICK, Place, Process, place
from tests.integration.service_process import WebProcess, web_process
from tests.odoo_setup import ASKED, Setting, differences, state
from triage.audit.verify import verify
from triage.cli.wiring import now
from triage.domain import Card, Policy, RecordRef, Verdict, utc
from triage.errors import OdooError
from triage.odoo.card_rows import MODEL
from triage.odoo.client import Odoo
from triage.odoo.gate.inside import MODULE as GRANTED
from triage.odoo.setup.cards import GROUP, WISHES
from triage.odoo.setup.parts import MODULE
from triage.odoo.setup.present import read_present
from triage.pipeline import decide

FEATURES = ("cards", "rule:email")
SELLER = "sales_team.group_sale_salesman"
LONGEST = 90.0
_THREADS = {"mail.message": "model", "mail.followers": "res_model", "mail.activity": "res_model"}
"""What hangs on a document, and which field names the document's model."""
_LETTER = "Hello, order {name} arrived this morning and 3 of the boxes are crushed, the parts inside are bent."


@dataclass
class Circle:
    """A service beside one Odoo that was set up, and an ordinary user there."""

    target: Target
    arranged: Arranged
    at: Place
    web: WebProcess
    user_id: int
    user: Odoo
    worker: Process | None = None
    orders: list[RecordRef] = field(default_factory=list)
    customers: list[int] = field(default_factory=list)
    before: dict[tuple[str, int], Any] = field(default_factory=dict)
    """Every record of the models that set-up touches, from before it was set up."""

    def complaint(self) -> RecordRef:
        """An order of the user's with a customer's mail on it, written as Odoo's mail gateway does."""
        customer = self.arranged.partner()
        made = self.arranged.order(partner_id=customer, user_id=self.user_id)
        name = self.arranged.row(made, "name").text("name") or made.name
        self.customers.append(customer)
        self.orders.append(made.with_(name=name))
        self.mail(made, customer, _LETTER.format(name=name))
        return made.with_(name=name)

    def mail(self, ref: RecordRef, author: int, words: str) -> None:
        """A mail that came in on a record."""
        values = {"body": words, "message_type": "email", "author_id": author, "subtype_xmlid": "mail.mt_comment"}
        self.target.admin.call(ref.model, "message_post", [ref.id or 0], values, {"mail_notify_force_send": False})

    def card(self, ref: RecordRef) -> Card:
        """The card of a record, once the service has made it."""
        self.wait(lambda: bool(self._cards(ref)), f"a card of {ref.name}")
        return self._cards(ref)[0]

    def row(self, card: Card) -> Mapping[str, Any]:
        """The card's one row as the user sees it, once it is there."""
        self.wait(lambda: bool(self._rows(card)), f"the row of card {card.number}")
        rows = self._rows(card)
        assert len(rows) == 1
        return rows[0]

    def settled(self, card: Card, state: str) -> Mapping[str, Any]:
        """The row once it shows this state and nothing is asked for."""
        self.wait(lambda: self._is(card, state), f"card {card.number} {state} in Odoo")
        return self.row(card)

    def press(self, button: str, card: Card, **wish: Any) -> str:
        """What Odoo says against the user's pressing a button; empty where it takes it."""
        number, model, name = int(self.row(card)["id"]), MODEL, f"cards_{button}"
        try:
            if button in ("edit", "reject"):
                values = {"x_card_id": number, "x_kind": button, **wish}
                made = self.user.call(WISHES, "create", named={"vals_list": [values]})
                number, model, name = int(made[0] if isinstance(made, list) else made), WISHES, "cards_send"
            context = {"active_model": model, "active_id": number, "active_ids": [number]}
            self.user.call("ir.actions.server", "run", [self.part(name)], context=context)
        except OdooError as error:
            return str(error)
        return ""

    def part(self, name: str) -> int:
        """Id of what set-up made under this name."""
        found = read_present(self.target.admin).id_of(name)
        assert found is not None, f"{name} is not set up"
        return found

    def notes(self, ref: RecordRef) -> int:
        """Our notes on a record."""
        domain = [("model", "=", ref.model), ("res_id", "=", ref.id), ("body", "ilike", "a person decides")]
        return self.target.admin.count("mail.message", domain)

    def tickets(self, ref: RecordRef) -> int:
        """Draft tickets of a record."""
        return self.target.admin.count("helpdesk.ticket", [("name", "ilike", f"{ref.name}:")])

    def notified(self) -> list[str]:
        """Whom Odoo notified by mail of what was said on the orders, their tickets and the rows of their cards."""
        records, admin = self.documents(), self.target.admin
        for order in self.orders:
            rows = admin.search(MODEL, [("x_record_name", "=", order.name)], ["x_name"])
            records += [row.ref("x_name") for row in rows]
        return notified(admin, records, self.customers)

    def documents(self) -> list[RecordRef]:
        """The orders and their tickets."""
        found, admin = list(self.orders), self.target.admin
        for order in self.orders:
            tickets = admin.search("helpdesk.ticket", [("name", "ilike", f"{order.name}:")], ["name"])
            found += [row.ref() for row in tickets]
        return found

    def left(self) -> list[str]:
        """What the circle has changed in Odoo once set-up is taken away, but for what stays by intention: messages,
        activities and followers of the orders and their ticket, the gate's markers of these, and the customers.
        """
        admin, documents = Odoo(self.target.admin.transport, self.target.admin.server), self.documents()
        meant = {("res.partner", each) for each in self.customers}
        for ref in documents:
            for model, names_model in _THREADS.items():
                domain = [(names_model, "=", ref.model), ("res_id", "=", ref.id)]
                meant |= {(model, row.id) for row in admin.search(model, domain, ["id"])}
        ours = meant | {(ref.model, ref.id) for ref in documents}
        for row in admin.search("ir.model.data", [("module", "=", GRANTED)], ["model", "res_id"]):
            if (row.text("model"), row.number("res_id")) in ours:
                meant.add(("ir.model.data", row.id))
        after = {key: values for key, values in state(admin).items() if key in self.before or key not in meant}
        return differences(self.before, after)

    def minute_is_over(self) -> None:
        """What decisions set going is due."""
        self.at.store.database.execute("UPDATE effects SET due_at = ? WHERE state = 'waiting'", (utc(now()),))

    def hints(self) -> list[str]:
        """How the arrivals of the hook ended that were about rows."""
        rows = self.at.inbox.page(["done"], 1000)
        return [str(row.outcome) for row in rows if (found := self.at.inbox.outcome(row)) and "button" in str(found)]

    def start(self, *words: str) -> Process:
        """A worker."""
        self.worker = Process(self.at, "worker", *words)
        return self.worker

    def wait(self, done: Callable[[], bool], what: str) -> None:
        """Until it is so."""
        until = time.monotonic() + LONGEST
        while not done():
            if time.monotonic() > until:
                log = self.worker.log.read_text()[-3000:] if self.worker else ""
                raise AssertionError(f"{what}: not within {LONGEST} seconds. {self.at.inbox.counts()}\n{log}")
            time.sleep(0.2)

    def _cards(self, ref: RecordRef) -> list[Card]:
        return [card for card in self.at.store.cards.all() if card.proposal.record.key == ref.key]

    def _rows(self, card: Card) -> list[Mapping[str, Any]]:
        names = ["x_number", "x_state", "x_request", "x_answer", "x_refusal", "x_body", "x_category", "x_sale_order_id"]
        return [row.values for row in self.user.search(MODEL, [("x_number", "=", card.number)], names)]

    def _is(self, card: Card, state: str) -> bool:
        rows = self._rows(card)
        return bool(rows) and rows[0]["x_state"] == state and not rows[0]["x_request"]


def walk(at: Circle) -> None:
    """Write in Odoo → card, note and row → accepted there by an ordinary user → confirmed → ticket; then a race."""
    at.start()
    order, other = at.complaint(), at.complaint()
    card = at.card(order)
    row = at.row(card)
    assert (row["x_state"], row["x_category"]) == ("open", card.proposal.suggestion.category.value)
    assert row["x_sale_order_id"][0] == order.id
    assert "boxes are crushed" in row["x_body"]
    at.wait(lambda: at.notes(order) == 1, "the note")
    assert at.press("accept", card) == ""
    row = at.settled(card, "accepted")
    login = at.user.user.login
    assert row["x_answer"].startswith(f"Accepted by {login} at ")
    decision = at.at.store.cards.get(card.id).decisions[-1]
    assert (decision.by, decision.channel) == (login, "odoo")
    at.wait(lambda: bool(at.hints()), "the row's own call, not a later look, told the service")
    assert "This card is closed. Accepted by" in at.press("accept", card)
    assert at.tickets(order) == 0
    at.minute_is_over()
    at.wait(lambda: at.tickets(order) == 1, "the draft ticket")
    raced = at.card(other)
    at.row(raced)
    decide(
        str(raced.id), Verdict.ACCEPT, "Mila", at.at.store.cards, at.at.store.journal, now, policy=Policy(),
        seen=raced.revision,
    )  # fmt: skip
    said = at.press("reject", raced, x_reason="duplicate")
    row = at.settled(raced, "accepted")
    assert [each.by for each in at.at.store.cards.get(raced.id).decisions] == ["Mila"]
    assert "Accepted by Mila" in row["x_answer"]
    assert "This card is closed. Accepted by Mila" in said or "Nothing was changed" in row["x_refusal"]
    assert not verify(at.at.store.database, at.at.store.keys).first_bad


@contextmanager
def circle(target: Target, home: Path) -> Iterator[Circle]:
    """A service beside this Odoo, which is set up for the length of the block; its worker is not started yet."""
    secret = secrets.token_urlsafe(24)
    _write(target, home, secret)
    arranged = Arranged(target.admin, target.kept)
    with ExitStack() as stack:
        at = stack.enter_context(place(home))
        web = stack.enter_context(web_process(home, {}))
        asked = replace(ASKED, hook=lambda: f"{web.url}/hooks/odoo/odoo/{secret}")
        setting = Setting(lambda: Odoo(target.admin.transport, target.admin.server), asked)
        setting.remove()
        number = arranged.user(["base.group_user", SELLER])
        before = state(setting.connect())
        setting.setup(list(FEATURES))
        stack.callback(setting.remove)
        target.admin._fields.clear()
        arranged.join(number, f"{MODULE}.{GROUP}")
        made = Circle(target, arranged, at, web, number, target.signed_in(number), before=before)
        try:
            yield made
        finally:
            if made.worker is not None and made.worker.process.poll() is None:
                made.worker.stop()


def _write(target: Target, home: Path, secret: str) -> None:
    server = target.bot_server
    (home / "key").write_text(server.key)
    (home / "hook.secret").write_text(secret)
    odoo = {"url": server.url, "database": server.database, "login": server.login, "key_file": str(home / "key")}
    odoo |= {"api": server.api.value, "sweep": {"every_seconds": 3600}, "cards": {"every_seconds": 3600}}
    odoo |= {"people": {"make_accounts": True, "duties": {SELLER: ["reviewer"]}}}
    source = {"name": "odoo", "door": "hook", "secrets": [{"file": "hook.secret"}], "company": "My Company"}
    source |= {"models": ["sale.order", "mail.message", MODEL], "delay_seconds": 0.5}
    policy = {"default_mode": "advise", "advice": {"tickets": "accepted"}, "blind_share": 0, "clusters": False}
    files = {"odoo": odoo, "service": {"address": "https://triage.example.com", "sources": [source]}, "policy": policy}
    for name, told in {**files, "jobs": QUICK}.items():
        (home / f"{name}.yaml").write_text(yaml.safe_dump(told))
