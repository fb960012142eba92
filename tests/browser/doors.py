"""A web process with every way in: passwords, a provider, and an Odoo to come in from; with cards on its orders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlencode

import yaml

from service.review.odoo_sign_in import MODEL, NONCE
from tests.browser.conftest import PASSWORD, Site, free_port, serving
from tests.unit.opened_store import COMPANY, proposal
from tests.unit.openid_provider import CLIENT, SECRET, FakeProvider, openid_provider
from tests.unit.review_site import put_one
from triage.cli.wiring import now, open_store
from triage.domain import Card, Category, Duty, RecordRef
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.grant import grant
from triage.odoo.sandbox import Account, Sandbox
from triage.odoo.transport import Api, Server
from triage.settings import Settings
from triage.storage.people import People

KEY = "service-user-key"
MANAGER = ("base.group_user", "sales_team.group_sale_manager")
POLICY = {"blind_share": 0, "second_person": ["delay"]}


@dataclass(frozen=True)
class Doors:
    """The site, who can be met at its doors, and its cards."""

    site: Site
    box: Sandbox
    provider: FakeProvider
    mila: Account
    """Mila Novak's user in Odoo."""
    twice: int
    """Number of a card that two people have to confirm."""
    plain: int
    """Number of a card that one person decides."""

    def card(self, number: int) -> Card:
        """As it stands in the store."""
        with open_store(Settings.of(self.site.home)) as store:
            return store.cards.get(number)

    def way_in(self, user: Account, back: str = "/queue") -> str:
        """The address that Odoo opens for a user, after the user's own session there has written the nonce."""
        nonce = token_urlsafe(32)
        with closing(_session(self.box, user)) as odoo:
            odoo.call(MODEL, "create", named={"vals_list": [{NONCE: nonce}]})
        return f"/sign-in/odoo?{urlencode({'nonce': nonce, 'next': back})}"


@contextmanager
def doors(home: Path) -> Iterator[Doors]:
    """Make it in an empty folder, and serve it. To a browser the provider is another site than ours."""
    with ExitStack() as stack:
        box = stack.enter_context(Sandbox(18, fields={MODEL: {NONCE: {"type": "char"}}}))
        with closing(_session(box, box.admin)) as admin:
            grant(admin, login="order-triage", stage="Suggested by triage", password=lambda: KEY)
        provider = stack.enter_context(openid_provider())
        port = free_port()
        _settings(home, box, provider, f"http://localhost:{port}")
        mila = box.add_user("mila", groups=MANAGER)
        twice, plain = _filled(home, box, mila)
        stack.enter_context(serving(home, port, OIDC=SECRET))
        yield Doors(Site(f"http://localhost:{port}", home), box, provider, mila, twice, plain)


def _session(box: Sandbox, account: Account) -> Odoo:
    return Odoo.connect(Server(box.url, box.database, account.login, account.password, Api.JSONRPC))


def _settings(home: Path, box: Sandbox, provider: FakeProvider, address: str) -> None:
    (home / "key").write_text(KEY)
    odoo = Connection(url=box.url, database=box.database, login="order-triage", api=Api.JSONRPC, key_file=home / "key")
    told = {"issuer": provider.issuer, "client_id": CLIENT, "secret": {"environment": "OIDC"}, "name": "House account"}
    written = {
        "odoo.yaml": odoo.model_dump(mode="json", exclude_defaults=True),
        "service.yaml": {"address": address, "sign_in": {"odoo": True, "provider": told}},
        "policy.yaml": POLICY,
    }
    for name, content in written.items():
        (home / name).write_text(yaml.safe_dump(content))


def _filled(home: Path, box: Sandbox, mila: Account) -> tuple[int, int]:
    orders = box.edit(
        lambda env: [env["sale.order"].create({"partner_id": 1, "name": f"S0060{number}"}).id for number in range(2)]
    )
    with open_store(Settings.of(home), create=True) as store:
        people = People(store.database, now)
        people.add("Mila Novak", [Duty.REVIEWER, Duty.LEAD], password=PASSWORD, odoo_user=mila.id)
        people.add("Joris Bakker", [Duty.REVIEWER], password=PASSWORD, language="nl", subject="u-joris")
        cards = [
            put_one(
                store,
                proposal(
                    category,
                    record=RecordRef(model="sale.order", id=order, name=f"S0060{number}"),
                    company=COMPANY,
                    summary="They ask for the anchors.",
                ),
                number,
            )
            for number, (category, order) in enumerate(zip((Category.DELAY, Category.STOCK), orders, strict=True))
        ]
    return cards[0].number, cards[1].number
