"""Who asks, and what the key allows: API keys as bearer tokens, with scopes, companies and a rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.installation import Installation
from service.limiting import Limiter
from service.problems import Problem
from triage.storage.apikeys import ApiKey
from triage.storage.people import is_disabled

_bearer = HTTPBearer(
    auto_error=False, scheme_name="ApiKey", description="A key made with `triage keys create`, as a bearer token."
)
_MOST = 200

Needs = Callable[..., ApiKey]


class Access:
    """Checks keys against the store at each request: a key ends at once when it is revoked, or its person disabled."""

    def __init__(self, installation: Installation, limiter: Limiter) -> None:
        self._installation = installation
        self._limiter = limiter

    def needs(self, *scopes: str) -> Needs:
        """A dependency that lets a key with one of these scopes pass."""

        def checked(
            request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
        ) -> ApiKey:
            key = self._key("" if given is None else given.credentials)
            request.state.key = key.id
            self._limiter.check(f"key:{key.id}", key.rate or self._installation.configuration.key_rate)
            if key.person is not None:
                self.must_act(key.person)
            if not any(key.allows(scope) for scope in scopes):
                raise Problem(403, f"This key lacks the scope {' or '.join(scopes)}.")
            return key

        return checked

    def must_act(self, person: str) -> None:
        """Raises a 403 where the account of somebody in whose name a key acts is disabled."""
        if is_disabled(self._installation.opened().store.database, person):
            raise Problem(403, f"The account of {person} is disabled: nothing is done in their name any more.")

    def _key(self, text: str) -> ApiKey:
        found = self._installation.opened().keys.verify(text) if 0 < len(text) <= _MOST else None
        if found is None:
            raise Problem(
                401,
                "Send a working API key as a bearer token; `triage keys create` makes one.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return found


def caller(needs: Needs) -> object:
    """The dependency, once it has let the key pass."""
    return Depends(needs)


def must_see(key: ApiKey, company: str) -> None:
    """Raises a 403 where the key is not for this company."""
    if not key.sees(company):
        raise Problem(403, "This key is not for that company.")


__all__ = ["Access", "caller", "must_see"]
