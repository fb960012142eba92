"""How people sign in to the review pages: the entry `sign_in` of `service.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from service.secret import SecretFrom
from triage.domain import Duty
from triage.domain.address import base_address
from triage.domain.base import Frozen

Address = Annotated[str, AfterValidator(base_address)]


def _issuer(value: str) -> str:
    base_address(value)
    return value


Claim = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class FromClaim(Frozen):
    """What values of a claim stand for."""

    claim: Claim
    """Its name in the identity token, for example `groups`. Its value may be a text or a list of texts."""
    values: Annotated[dict[str, tuple[Claim, ...]], Field(min_length=1)]
    """Value of the claim → what it stands for."""

    def of(self, claims: dict[str, object]) -> frozenset[str]:
        """What the claims of somebody stand for; values that are not listed stand for nothing."""
        given = claims.get(self.claim)
        said = given if isinstance(given, list) else [given]
        return frozenset(each for value in said if isinstance(value, str) for each in self.values.get(value, ()))


class DutiesFromClaim(FromClaim):
    """Which duties values of a claim stand for."""

    values: Annotated[dict[str, tuple[Duty, ...]], Field(min_length=1)]  # type: ignore[assignment]


class Provider(Frozen):
    """An OpenID provider. Nobody else is asked: its other addresses must stand on the issuer's host or on `hosts`."""

    issuer: Annotated[str, AfterValidator(_issuer)]
    """As it stands in its identity tokens."""
    client_id: Claim
    """What the provider calls this service."""
    secret: SecretFrom | None = None
    """None: a public client, which PKCE alone protects."""
    name: Claim = "OpenID"
    """What the button on the sign-in page calls it."""
    scopes: tuple[Claim, ...] = ("openid", "profile", "email")
    """What is asked for at sign-in."""
    hosts: tuple[Claim, ...] = ()
    """Other hosts that its endpoints may stand on."""
    make_accounts: bool = False
    """Whether somebody without an account gets one at the first sign-in. Needs `duties`."""
    name_claim: Claim = "name"
    """What a new account is called."""
    duties: DutiesFromClaim | None = None
    """Where it is set, the provider says at every sign-in what somebody does here."""
    companies: FromClaim | None = None
    """The same for the companies whose cards they see. Without it new accounts see all of them."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    """How long the provider may take to answer."""

    @model_validator(mode="after")
    def _accounts_need_duties(self) -> Provider:
        if self.make_accounts and self.duties is None:
            raise ValueError("make_accounts: needs `duties`, which says what a new account may do")
        if "openid" not in self.scopes:
            raise ValueError("scopes: must hold openid")
        return self


class SignIn(Frozen):
    """The ways to sign in."""

    passwords: bool = True
    """Whether accounts with a password may use it."""
    provider: Provider | None = None
    odoo: bool = False
    """Whether people come from Odoo with a nonce that their own session there has written."""
