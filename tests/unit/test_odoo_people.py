"""Whether a firm's mail domain is its name, and who carries goods under the name of a delivery method."""

from __future__ import annotations

import pytest

from triage.odoo.freemail import FREEMAIL
from triage.odoo.lookups import Sender, Senders
from triage.odoo.people import has_name, own_label
from triage.odoo.rows import Row

FREE = min(FREEMAIL)


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("parcelo.example", "Parcelo"),
        ("mail.parcelo.example", "Parcelo"),
        ("parcelo.co.uk", "Parcelo"),
        ("parcelo-express.example", "Parcelo Express"),
        ("parceloexpress.example", "Parcelo Express"),
        ("fast-freight.example", "Fast Freight Nederland"),
        ("correorapido.example", "Correo Rápido"),
    ],
)
def test_domains_of_a_name(domain: str, name: str) -> None:
    assert has_name(domain, name)


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("evil-mailer.example", "Parcelo Express"),
        ("parcelo.evil-mailer.example", "Parcelo"),
        ("parcelo.co.evil-mailer.example", "Parcelo"),
        ("parcelo-mailer.example", "Parcelo"),
        ("myparcelo.example", "Parcelo"),
        ("express-bolts.example", "Express"),
        ("express.example", "Express Delivery"),
        (FREE, FREE.partition(".")[0]),
        (f"parcelo.{FREE}", "Parcelo"),
        ("parcelo", "Parcelo"),
        ("", ""),
        ("evil.example", ""),
    ],
)
def test_domains_that_are_not_of_the_name(domain: str, name: str) -> None:
    assert not has_name(domain, name)


def test_a_freemail_domain_is_nobodys() -> None:
    assert own_label("gmx.co.uk") == own_label("mail.gmx.co.uk") == ""


def carriers(mails: tuple[str, ...], called: str = "Parcelo Express", **ranks: int) -> bool:
    row = Row("res.partner", {"id": 7, "name": called, "commercial_partner_id": 7})
    family = Row("res.partner", {"id": 7, "commercial_partner_id": 7, "customer_rank": 0, "supplier_rank": 0} | ranks)
    return Senders([Sender(row, mails)], [family]).carriers(["Parcelo Express"]) == {7}


def test_the_name_alone_makes_no_carrier() -> None:
    assert not carriers(("parcelo@evil-mailer.example",))
    assert not carriers((f"parcelo@{FREE}",))
    assert not carriers(("desk@parcelo-express.example", "parcelo@evil-mailer.example"))
    assert not carriers(("desk@parcelo-express.example",), called="Another")


def test_the_domain_or_bills_do() -> None:
    assert carriers(("desk@parcelo-express.example",))
    assert carriers((f"parcelo@{FREE}",), supplier_rank=2)
    assert not carriers(("desk@parcelo-express.example",), customer_rank=1, supplier_rank=2)
