"""Who somebody that Odoo names is here: their account, with what Odoo's groups say that they do.

A user of Odoo can change their own name and e-mail address, so neither makes anybody somebody else. Their id and their
login are Odoo's administrators' business.
"""

from __future__ import annotations

from triage.domain import Duty, Person
from triage.errors import DecisionRefused, UsageError
from triage.odoo.card_rows import OdooUser
from triage.odoo.connection import PeopleOfOdoo
from triage.storage.people import Account, People


class Nobody(DecisionRefused):
    """Somebody in Odoo has no account here that may do this."""


class NoDuty(Nobody):
    """Somebody in Odoo is in no group that does anything here."""


def person_of(user: OdooUser, people: People, rules: PeopleOfOdoo) -> Person:
    """The person that a user of Odoo is here, with duties and companies as Odoo tells them, where `rules` say so.

    An account is found by the user's id, else (where `rules.by_login`) by an account of that name which belongs to no
    user of Odoo yet, and is theirs from then on. Raises `Nobody`, whose words are for who asked.
    """
    duties = _duties(user, rules)
    account = people.with_odoo(user.id) or _by_login(user, people, rules)
    if account is not None and account.disabled_at is not None:
        raise Nobody(f"{user.login}: your account here is disabled. Ask a lead.")
    if duties is not None and not duties:
        raise NoDuty(
            f"{user.login}: you are in none of the groups that decide here ({', '.join(sorted(rules.duties))})."
        )
    if account is None:
        if not rules.make_accounts or duties is None:
            raise Nobody(
                f"{user.login}: you have no account here. A lead makes one: `triage people add NAME --odoo-user "
                f"{user.id}`."
            )
        return _made(user, people, duties)
    return _kept_up(account, user, people, duties)


def _duties(user: OdooUser, rules: PeopleOfOdoo) -> frozenset[Duty] | None:
    if not rules.duties:
        return None
    return frozenset(duty for group in user.groups for duty in rules.duties.get(group, ()))


def _by_login(user: OdooUser, people: People, rules: PeopleOfOdoo) -> Account | None:
    if not rules.by_login:
        return None
    found = next((each for each in people.all() if each.person.name.casefold() == user.login.casefold()), None)
    return found if found is not None and found.person.odoo_user is None else None


def _made(user: OdooUser, people: People, duties: frozenset[Duty]) -> Person:
    try:
        return people.add(user.login, duties, companies=user.companies, odoo_user=user.id)
    except UsageError as error:  # an account is never taken over by its name
        again = people.with_odoo(user.id)
        if again is not None and again.disabled_at is None:
            return again.person  # made by another worker meanwhile
        raise Nobody(f"{user.login}: there is an account of this name that is not yours. Ask a lead.") from error


def _kept_up(account: Account, user: OdooUser, people: People, duties: frozenset[Duty] | None) -> Person:
    person = account.person
    changes: dict[str, object] = {}
    if person.odoo_user is None:
        changes["odoo_user"] = user.id
    if duties is not None and duties != person.duties:
        changes["duties"] = duties
    if duties is not None and person.companies is not None and frozenset(user.companies) != person.companies:
        changes["companies"] = user.companies
    return people.change(person.name, **changes) if changes else person  # type: ignore[arg-type]


__all__ = ["NoDuty", "Nobody", "person_of"]
