"""Nothing that the gate does leaves the house, while an ordinary comment does: both seen where the mail arrives."""

from __future__ import annotations

import time

import pytest

from tests.contract.arranged import Arranged
from tests.contract.mailed import delivered, notified
from tests.contract.posting import activity, note, ticket
from tests.contract.targets import Target
from triage.domain import RecordRef
from triage.odoo.verbs import Apply, Verb, Withdraw

_QUIET_SECONDS = 2.0
"""How long a real Odoo may take to mail what it should not."""


def address(arranged: Arranged, partner: int) -> str:
    return arranged.admin.read("res.partner", [partner], ["email"])[0].text("email") or ""


def followed(arranged: Arranged, ref: RecordRef) -> str:
    """The address of a customer who follows the record from now on."""
    customer = arranged.partner()
    arranged.admin.call(ref.model, "message_subscribe", [ref.id or 0], {"partner_ids": [customer]})
    return address(arranged, customer)


def arrived(target: Target, after: int, *, wanted: str = "") -> list[tuple[str, ...]]:
    """Recipients of the mails since; waits for one to an address, or long enough to be sure that none comes."""
    deadline = time.monotonic() + (10.0 if wanted else _QUIET_SECONDS if target.sandbox is None else 0.0)
    while time.monotonic() < deadline and not (wanted and any(wanted in to for to in target.mails()[after:])):
        time.sleep(0.1)
    return target.mails()[after:]


def comment(arranged: Arranged, ref: RecordRef) -> None:
    post = {"body": "Your order is late.", "message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
    arranged.admin.call(ref.model, "message_post", [ref.id or 0], post)


def test_a_comment_is_mailed_to_a_follower(mailing: Target, arranged: Arranged) -> None:
    ref = arranged.order()
    customer, before = followed(arranged, ref), len(mailing.mails())
    comment(arranged, ref)
    assert (customer,) in arrived(mailing, before, wanted=customer)


@pytest.mark.parametrize("kind", ["order", "lead", "invoice", "ticket"])
def test_notes_activities_and_drafts_mail_nobody(mailing: Target, arranged: Arranged, kind: str) -> None:
    ref: RecordRef = getattr(arranged, kind)()
    customer, marker = followed(arranged, ref), f"card-{arranged.token}"
    reviewer = arranged.user(["base.group_user"])
    login = arranged.admin.read("res.users", [reviewer], ["login"])[0].text("login")
    before = len(mailing.mails())
    verbs: list[Verb] = [
        note(marker, ref),
        activity(f"{marker}-a", ref, reviewer=login),
        ticket(f"{marker}-t", ref),
    ]
    assert [done.status for done in mailing.gate.do(verbs)] == ["posted"] * 3
    assert [done.status for done in mailing.gate.do(verbs)] == ["updated"] * 3
    assert arrived(mailing, before) == []
    comment(arranged, ref)
    assert any(customer in to for to in arrived(mailing, before, wanted=customer)), "the control did not arrive"


def test_applying_and_withdrawing_mail_nobody(mailing: Target, arranged: Arranged) -> None:
    ref, marker = arranged.ticket(partner_id=arranged.partner()), f"card-{arranged.token}"
    followed(arranged, ref)
    before = len(mailing.mails())
    mailing.gate.do([Apply(record=ref, values={"priority": "3", "tag_ids": (f"Late {arranged.token}",)})])
    mailing.gate.do([note(marker, ref), ticket(f"{marker}-t")])
    done = mailing.gate.do([Withdraw(marker=marker), Withdraw(marker=f"{marker}-t")])
    assert [each.status for each in done] == ["withdrawn", "withdrawn"]
    assert arrived(mailing, before) == []


def test_mails_about_others_are_not_taken_for_those_that_are_looked_for(mailing: Target, arranged: Arranged) -> None:
    """The check by which the circle of a card says that it has mailed nobody: it finds what there is, and no other."""
    ours, theirs = arranged.order(), arranged.order()
    other, customer = arranged.partner(), arranged.partner()
    mailing.admin.call(theirs.model, "message_subscribe", [theirs.id or 0], {"partner_ids": [other]})
    mailing.admin.call(ours.model, "message_subscribe", [ours.id or 0], {"partner_ids": [customer]})
    before = len(mailing.mails())
    comment(arranged, theirs)
    arrived(mailing, before, wanted=address(arranged, other))
    assert delivered(mailing, before, [customer]) == []
    assert notified(mailing.admin, [ours], [customer]) == []
    comment(arranged, ours)
    arrived(mailing, before, wanted=address(arranged, customer))
    assert delivered(mailing, before, [customer]) == [address(arranged, customer)]
    assert any(f", of {ours.name}" in each for each in notified(mailing.admin, [ours], [customer]))
    theirs_too = notified(mailing.admin, [ours], [mailing.admin.user.partner or 0])
    assert theirs_too == [], "what one of the named wrote is not counted"
