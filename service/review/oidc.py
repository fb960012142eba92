"""An OpenID provider: where to send somebody, and who came back (OpenID Connect Core 1.0, code flow with PKCE)."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import OAuth2Client  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from service.identity import Provider
from triage.domain.address import is_safe_address
from triage.errors import TriageError
from triage.storage.signing import Begun

CALLBACK = "/sign-in/oidc/back"
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signed with the provider's private key. None that anybody could make who knows the client's secret or no key."""
_LEEWAY = 60
"""Seconds by which clocks may differ."""
_KEPT = 3600.0
"""Seconds for which the provider's own description and keys are used."""
_MOST = 1_000_000


class ProviderFailed(TriageError):
    """The provider gives no answer, or none that can be used. The text is for the log, not for people."""


class NotTrusted(TriageError):
    """What came back is not what this provider says of somebody who began here."""


class OpenId:
    """One provider, as `service.yaml` names it. Threads may share it."""

    def __init__(self, provider: Provider, secret: str | None, address: str) -> None:
        self._provider = provider
        self._secret = secret
        self._callback = address + CALLBACK
        self._lock = threading.Lock()
        self._about: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def address(self, begun: Begun) -> str:
        """Where to send somebody. Raises `ProviderFailed`."""
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
            )
        return str(address)

    def claims(self, begun: Begun, code: str) -> dict[str, object]:
        """What the provider says of whoever came back with this code.

        Raises `ProviderFailed` where it cannot be asked, `NotTrusted` where its answer does not belong to this sign-in.
        """
        try:
            with self._client() as client:
                given = client.fetch_token(
                    self._endpoint("token_endpoint"),
                    code=code,
                    code_verifier=begun.verifier,
                    grant_type="authorization_code",
                )
        except OAuthError as error:
            raise NotTrusted(f"the provider refused the code ({str(error.error)[:50]}).") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderFailed(f"the provider gave no token ({type(error).__name__}).") from error
        token = given.get("id_token")
        if not isinstance(token, str):
            raise NotTrusted("the provider gave no identity token.")
        return self._verified(token, begun, given.get("access_token"))

    def _verified(self, token: str, begun: Begun, access_token: object) -> dict[str, object]:
        decoded = self._decoded(token)
        about = self._provider
        found = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": about.issuer}, "aud": {"essential": True, "value": about.client_id}},
            {"nonce": begun.nonce, "client_id": about.client_id, "access_token": access_token},
        )
        try:
            found.validate(leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError) as error:
            raise NotTrusted(f"the identity token is not for this sign-in ({type(error).__name__}).") from error
        audiences = found["aud"] if isinstance(found["aud"], list) else [found["aud"]]
        if len(audiences) > 1 and found.get("azp") != about.client_id:
            raise NotTrusted("the identity token is for others as well, and does not say that we asked for it.")
        if not isinstance(found["sub"], str) or not 0 < len(found["sub"]) <= 255:
            raise NotTrusted("the identity token names nobody.")
        return dict(found)

    def _decoded(self, token: str) -> jwt.Token:
        for fresh in (False, True):
            try:
                return jwt.decode(token, self._key_set(fresh), algorithms=list(_ALGORITHMS))
            except (JoseError, ValueError, TypeError) as error:
                # the provider may have changed its keys since they were read
                if fresh:
                    raise NotTrusted(
                        f"the identity token is not signed by the provider ({type(error).__name__})."
                    ) from error
        raise AssertionError("unreachable: the second attempt returns or raises")

    def _client(self) -> OAuth2Client:
        methods = self._described().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        posts = "client_secret_basic" not in methods and "client_secret_post" in methods
        return OAuth2Client(
            self._provider.client_id,
            self._secret,
            token_endpoint_auth_method="none"
            if not self._secret
            else "client_secret_post"
            if posts
            else "client_secret_basic",
            scope=" ".join(self._provider.scopes),
            redirect_uri=self._callback,
            code_challenge_method="S256",
            timeout=self._provider.timeout_seconds,
            follow_redirects=False,
            trust_env=False,
        )

    def _described(self) -> dict[str, Any]:
        """The provider's description of itself."""
        with self._lock:
            if self._about is None or time.monotonic() - self._about[0] > _KEPT:
                issuer = self._provider.issuer
                found = self._read(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != issuer:
                    raise ProviderFailed("the provider calls itself by another name than `issuer`.")
                self._about = (time.monotonic(), found)
            return self._about[1]

    def _endpoint(self, name: str) -> str:
        """An address of the provider. Raises `ProviderFailed` where it leads elsewhere."""
        address = self._described().get(name)
        if not isinstance(address, str) or not is_safe_address(address):
            raise ProviderFailed(f"the provider's {name} is no https address.")
        issuer, found = urlsplit(self._provider.issuer), urlsplit(address)
        if found.netloc != issuer.netloc and found.hostname not in self._provider.hosts:
            raise ProviderFailed(f"the provider's {name} stands on another host; `hosts` in service.yaml may name it.")
        return address

    def _key_set(self, fresh: bool) -> KeySet:
        address = self._endpoint("jwks_uri")
        with self._lock:
            if fresh or self._keys is None or time.monotonic() - self._keys[0] > _KEPT:
                try:
                    self._keys = (time.monotonic(), KeySet.import_key_set(self._read(address)))  # type: ignore[arg-type]
                except (JoseError, ValueError, TypeError, KeyError) as error:
                    raise ProviderFailed(f"the provider's keys cannot be read ({type(error).__name__}).") from error
            return self._keys[1]

    def _read(self, address: str) -> dict[str, Any]:
        try:
            with httpx2.Client(
                timeout=self._provider.timeout_seconds, follow_redirects=False, trust_env=False
            ) as client:
                answer = client.get(address, headers={"accept": "application/json"})
            found = answer.json() if answer.status_code == httpx2.codes.OK and len(answer.content) <= _MOST else None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            raise ProviderFailed(f"the provider gives no answer ({type(error).__name__}).") from error
        if not isinstance(found, dict):
            raise ProviderFailed(f"the provider answers {answer.status_code}, or no JSON.")
        return found


def named(claims: Mapping[str, object], claim: str) -> str:
    """What somebody is called; empty where the claim says nothing that can be a name."""
    value = claims.get(claim)
    name = " ".join(value.split()) if isinstance(value, str) else ""
    return name if name.isprintable() and len(name) <= 200 else ""


__all__ = ["CALLBACK", "NotTrusted", "OpenId", "ProviderFailed", "named"]
