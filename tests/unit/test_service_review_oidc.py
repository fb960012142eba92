"""Signing in at an OpenID provider: a real one over HTTP, behaving and misbehaving."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from tests.unit.openid_provider import SECRET, FakeProvider, openid_provider
from tests.unit.service_client import Service, service
from triage.cli.wiring import now
from triage.domain import Duty
from triage.errors import ConfigurationError
from triage.storage.people import People
from triage.storage.signing import WAITS

ADDRESS = "http://localhost:8000"
DUTIES = "duties: {claim: groups, values: {leads: [lead, reviewer], desk: [reviewer]}}"
COMPANIES = "companies: {claim: sites, values: {nl: [Brandt B.V.], uk: [Another Ltd]}}"


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with openid_provider() as found:
        yield found


def told(provider: FakeProvider, *more: str, passwords: bool = True) -> str:
    lines = [f"issuer: {provider.issuer}", "client_id: triage", "secret: {environment: OIDC}", *more]
    sign_in = "".join(f"\n    {line}" for line in lines)
    return f"address: {ADDRESS}\nsign_in:\n  passwords: {str(passwords).lower()}\n  provider:{sign_in}\n"


@pytest.fixture
def made(provider: FakeProvider, tmp_path: Path) -> Iterator[Service]:
    with service(tmp_path, told(provider), {"OIDC": SECRET}) as found:
        people(found).add("Mila Novak", [Duty.REVIEWER], subject="u-1")
        yield found


def people(made: Service) -> People:
    return People(made.app.state.parts.installation.opened().store.database, now)


def browser(made: Service) -> TestClient:
    return TestClient(made.app, base_url=ADDRESS, raise_server_exceptions=False, follow_redirects=False)


def begun(client: TestClient, back: str = "") -> str:
    answer = client.get("/sign-in/oidc", params={"next": back} if back else None)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def there_and_back(client: TestClient, provider: FakeProvider, back: str = "") -> Any:
    return client.get(provider.authorise(begun(client, back)))


def test_the_button_leads_to_the_provider_and_back_to_the_page_that_was_asked_for(
    made: Service, provider: FakeProvider
) -> None:
    client = browser(made)
    assert 'href="/sign-in/oidc?next=/cards/7"' in client.get("/sign-in?next=/cards/7").text
    answer = there_and_back(client, provider, "/cards/7")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cards/7")
    session = people(made).session(client.cookies["triage"])
    assert session is not None
    assert (session.person.name, session.how) == ("Mila Novak", "oidc")
    assert client.get("/queue").status_code == 200


def test_only_the_provider_is_asked_and_told_nothing_else(made: Service, provider: FakeProvider) -> None:
    target = begun(browser(made))
    assert target.startswith(f"{provider.issuer}/authorise?")
    asked = parse_qs(urlsplit(target).query)
    assert asked["redirect_uri"] == [f"{ADDRESS}/sign-in/oidc/back"]
    assert {"state", "nonce", "code_challenge", "scope", "client_id", "response_type", "redirect_uri"} <= set(asked)
    assert "code_verifier" not in asked
    assert SECRET not in target


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example"])
def test_nobody_is_sent_elsewhere_afterwards(made: Service, provider: FakeProvider, target: str) -> None:
    assert there_and_back(browser(made), provider, target).headers["location"] == "/queue"


HOUR = 3600


@pytest.mark.parametrize(
    ("claims", "header"),
    [
        ({"nonce": "another"}, {}),
        ({"nonce": None}, {}),
        ({"aud": "another-client"}, {}),
        ({"aud": ["triage", "another"]}, {}),
        ({"aud": "another", "azp": "triage"}, {}),
        ({"azp": "another"}, {}),
        ({"iss": "https://another.example"}, {}),
        ({"exp": int(time.time()) - HOUR}, {}),
        ({"exp": None}, {}),
        ({"iat": int(time.time()) + HOUR}, {}),
        ({"nbf": int(time.time()) + HOUR}, {}),
        ({"sub": ""}, {}),
        ({"sub": None}, {}),
        ({"sub": 7}, {}),
        ({}, {"alg": "none"}),
        ({}, {"alg": "HS256"}),
        ({}, {"kid": "unknown"}),
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_signs_nobody_in(
    made: Service, provider: FakeProvider, claims: dict[str, Any], header: dict[str, Any]
) -> None:
    provider.token, provider.header = claims, header
    client = browser(made)
    answer = there_and_back(client, provider)
    assert answer.status_code == 403
    assert "triage" not in client.cookies


def test_a_token_that_somebody_else_signed_signs_nobody_in(made: Service, provider: FakeProvider) -> None:
    provider.signed_by = RSAKey.generate_key(2048, {"kid": "one"})
    assert there_and_back(browser(made), provider).status_code == 403


def test_new_keys_of_the_provider_are_read(made: Service, provider: FakeProvider) -> None:
    assert there_and_back(browser(made), provider).status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})
    provider.header = {"kid": "two"}
    assert there_and_back(browser(made), provider).status_code == 303


def test_what_comes_back_belongs_to_what_this_browser_began_once_and_in_time(
    made: Service, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = browser(made), browser(made)
    back = provider.authorise(begun(mine))
    begun(other)
    assert other.get(back).status_code == 400
    assert mine.get(back.replace("state=", "state=x")).status_code == 400
    back = provider.authorise(begun(mine))
    assert mine.get(back).status_code == 303
    assert mine.get(back).status_code == 400
    late = provider.authorise(begun(mine))
    monkeypatch.setattr("service.review.provider_pages.now", lambda: now() + WAITS)
    assert mine.get(late).status_code == 400
    assert mine.get("/sign-in/oidc/back").status_code == 400
    assert mine.get("/sign-in/oidc/back?error=access_denied&state=x").status_code == 400


def test_a_code_of_somebody_else_is_worth_nothing(made: Service, provider: FakeProvider) -> None:
    """The verifier of this sign-in does not fit the challenge that the code was given for."""
    victim, thief = browser(made), browser(made)
    stolen = parse_qs(urlsplit(provider.authorise(begun(victim))).query)["code"][0]
    own = parse_qs(urlsplit(provider.authorise(begun(thief))).query)["state"][0]
    assert thief.get("/sign-in/oidc/back", params={"code": stolen, "state": own}).status_code == 403


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://another.example"},
        {"authorization_endpoint": "https://evil.example/authorise"},
        {"authorization_endpoint": "http://plain.example/authorise"},
        {"authorization_endpoint": None},
    ],
    ids=str,
)
def test_nobody_is_sent_to_an_address_that_is_not_the_providers(
    made: Service, provider: FakeProvider, about: dict[str, Any]
) -> None:
    provider.about = about
    assert browser(made).get("/sign-in/oidc").status_code == 502


@pytest.mark.parametrize("name", ["token_endpoint", "jwks_uri"])
def test_nothing_else_is_asked(made: Service, provider: FakeProvider, name: str) -> None:
    with openid_provider() as elsewhere:
        provider.about = {name: f"{elsewhere.issuer}/x"}
        assert there_and_back(browser(made), provider).status_code == 502
        assert elsewhere.asked == []


def test_a_provider_that_is_down_is_told_and_comes_back(made: Service, provider: FakeProvider) -> None:
    provider.is_down = True
    answer = browser(made).get("/sign-in/oidc")
    assert answer.status_code == 502
    assert "gives no answer" in answer.text
    provider.is_down = False
    assert there_and_back(browser(made), provider).status_code == 303


def test_nobody_without_an_account_comes_in(made: Service, provider: FakeProvider) -> None:
    provider.person = {"sub": "u-2", "name": "Mila Novak", "groups": ["leads"]}
    answer = there_and_back(browser(made), provider)
    assert answer.status_code == 403
    assert "There is no account for you here" in answer.text
    people(made).disable("Mila Novak")
    provider.person = {"sub": "u-1"}
    assert there_and_back(browser(made), provider).status_code == 403


def test_an_account_is_made_from_claims_and_kept_up(provider: FakeProvider, tmp_path: Path) -> None:
    with service(tmp_path, told(provider, "make_accounts: true", DUTIES, COMPANIES), {"OIDC": SECRET}) as made:
        client = browser(made)
        provider.person = {"sub": "u-9", "name": " Jo  Doe ", "groups": ["desk", "others"], "sites": "nl"}
        assert there_and_back(client, provider).status_code == 303
        account = people(made).get("Jo Doe")
        assert (account.subject, account.has_password) == ("u-9", False)
        assert account.person.duties == {Duty.REVIEWER}
        assert account.person.companies == {"Brandt B.V."}
        provider.person |= {"groups": ["leads"], "sites": ["nl", "uk"], "name": "Jo Doe-Smith"}
        assert there_and_back(client, provider).status_code == 303
        assert people(made).get("Jo Doe").person.duties == {Duty.REVIEWER, Duty.LEAD}
        assert people(made).get("Jo Doe").person.companies == {"Brandt B.V.", "Another Ltd"}
        provider.person |= {"groups": ["others"]}
        assert there_and_back(browser(made), provider).status_code == 403
        assert len(people(made).all()) == 1


@pytest.mark.parametrize(
    ("name", "status"), [("Mila Novak", 403), ("", 403), (None, 403), ("a\u202eb", 403), ("x" * 300, 403), ("Jo", 303)]
)
def test_nobody_takes_over_an_account_by_its_name(
    provider: FakeProvider, tmp_path: Path, name: str | None, status: int
) -> None:
    with service(tmp_path, told(provider, "make_accounts: true", DUTIES), {"OIDC": SECRET}) as made:
        people(made).add("Mila Novak", [Duty.LEAD], password="correct horse battery")
        provider.person = {"sub": "u-9", "name": name, "groups": ["desk"]}
        assert there_and_back(browser(made), provider).status_code == status
        assert people(made).get("Mila Novak").subject is None


def test_passwords_can_be_switched_off(provider: FakeProvider, tmp_path: Path) -> None:
    with service(tmp_path, told(provider, passwords=False), {"OIDC": SECRET}) as made:
        people(made).add("Mila Novak", [Duty.LEAD], password="correct horse battery")
        client = browser(made)
        assert "password" not in client.get("/sign-in").text
        form = {"name": "Mila Novak", "password": "correct horse battery"}
        assert client.post("/sign-in", data=form).status_code == 404


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ("sign_in: {provider: {issuer: 'https://i.example', client_id: c}}", "address: is needed"),
        ("address: http://triage.example", "https://"),
        ("address: https://u:p@triage.example", "https://"),
        ("address: 'javascript:alert(1)'", "https://"),
        ("address: https://t.example\nsign_in: {provider: {issuer: 'http://i.example', client_id: c}}", "https://"),
        (
            "address: https://t.example\n"
            "sign_in: {provider: {issuer: 'https://i.example', client_id: c, make_accounts: true}}",
            "needs `duties`",
        ),
        (
            "address: https://t.example\nsign_in: {provider: {issuer: 'https://i.example', client_id: c, secret: s}}",
            "never stands here itself",
        ),
        (
            "address: https://t.example\n"
            "sign_in: {provider: {issuer: 'https://i.example', client_id: c, secret: {environment: NOT_SET}}}",
            "NOT_SET is not set",
        ),
    ],
)
def test_what_is_set_up_wrongly_does_not_start(tmp_path: Path, entries: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said), service(tmp_path, entries, {}):
        pass
