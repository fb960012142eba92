"""Prepares the workflows for one installation: addresses in them, credentials beside them, secrets in the home folder.

A secret stands in the home folder (for triage) and in `credentials.json` (for n8n, to be imported and deleted); never
in a workflow. Preparing again keeps the secrets that are there and makes no second API key.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from triage.cli.wiring import now, open_store
from triage.errors import UsageError
from triage.odoo.connection import read_connection
from triage.settings import Settings, person
from triage.storage.apikeys import ApiKeys

WORKFLOWS = Path(__file__).parent / "workflows"
CREDENTIALS, FLOWS = "credentials.json", "workflows"
SIGNING, LISTENING, CARRIER = "n8n-signing.secret", "n8n-listener.secret", "n8n-carrier.secret"
KEY = "n8n"
SCOPES = ("documents:compare", "jobs:admin", "evals:run")
FILL_IN = "FILL-IN"
"""Stands where only you know what belongs there."""


@dataclass(frozen=True)
class Addresses:
    """Where n8n finds what it needs, and where triage finds n8n."""

    service: str = "http://127.0.0.1:8087"
    n8n: str = "http://127.0.0.1:5678"
    chat: str = "https://chat.example/api/v1/chat.postMessage"
    channel: str = "order-desk"
    source: str = "n8n"
    """Name of the source of signed events in `service.yaml`."""

    def settings(self) -> Mapping[str, str]:
        """By the name that they have in the node Settings of a workflow."""
        return {"service": self.service, "chat": self.chat, "channel": self.channel, "source": self.source}


@dataclass(frozen=True)
class Prepared:
    """What was made."""

    workflows: tuple[str, ...]
    made_key: bool
    """False where a working API key `n8n` was there: then n8n keeps the credential that it has."""
    to_fill_in: tuple[str, ...]
    """Names of credentials in which `FILL-IN` stands."""


def prepare(settings: Settings, out: Path, at: Addresses, days: float = 90) -> Prepared:
    """Write workflows and credentials into a folder. Raises `UsageError` where it cannot be written."""
    settings.make_home()
    signing, listening, carrier = (_secret(settings.home / name) for name in (SIGNING, LISTENING, CARRIER))
    key = _key(settings, days)
    credentials = _credentials(settings, signing, listening, carrier, key)
    try:
        (out / FLOWS).mkdir(parents=True, exist_ok=True)
        _write_private(out / CREDENTIALS, json.dumps(credentials, indent=2) + "\n")
        made = []
        for path in sorted(WORKFLOWS.glob("*.json")):
            flow = addressed(json.loads(path.read_text(encoding="utf-8")), at.settings())
            (out / FLOWS / path.name).write_text(
                json.dumps(flow, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
            )
            made.append(path.name)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}).") from error
    unknown = tuple(each["name"] for each in credentials if FILL_IN in json.dumps(each["data"]))
    return Prepared(tuple(made), key is not None, unknown)


def addressed(flow: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """A workflow with these values in its node Settings; what that node does not have is left out."""
    for node in flow["nodes"]:
        if node["name"] != "Settings":
            continue
        for each in node["parameters"]["assignments"]["assignments"]:
            each["value"] = values.get(each["name"].removeprefix("settings."), each["value"])
    return flow


def _secret(path: Path) -> str:
    """The text that both sides sign with, made where there is none.

    n8n's Crypto node takes a secret as text. So the secret is made of letters, and the file holds it as Standard
    Webhooks write it: `whsec_` and its base64.
    """
    if not path.exists():
        text = secrets.token_urlsafe(32)
        _write_private(path, "whsec_" + base64.b64encode(text.encode()).decode() + "\n")
    said = path.read_text(encoding="utf-8").strip().removeprefix("whsec_")
    try:
        text = base64.b64decode(said, validate=True).decode("ascii")
    except (ValueError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: holds bytes that n8n's Crypto node cannot take as text. Delete the file to have one made."
        ) from error
    return text


def _key(settings: Settings, days: float) -> str | None:
    with open_store(settings, create=True) as store:
        keys = ApiKeys(store.database, store.keys, now)
        try:
            keys.find(KEY)
        except UsageError:
            return keys.create(KEY, SCOPES, by=person(), days=days)[1]
    return None


def _credentials(
    settings: Settings, signing: str, listening: str, carrier: str, key: str | None
) -> list[dict[str, Any]]:
    odoo = read_connection(settings.home)
    url, database = (odoo.url, odoo.database) if odoo else (FILL_IN, FILL_IN)
    header = "httpHeaderAuth"
    made = [
        ("triageSigning001", "Triage: signs what is sent to it", "crypto", {"hmacSecret": signing}),
        ("triageNotices001", "Triage: checks what it sends", "crypto", {"hmacSecret": listening}),
        (
            "triageCarrier001",
            "Carrier: what it sends along",
            header,
            {"name": "X-Carrier-Token", "value": carrier},
        ),
        ("triageChat000001", "Chat: token", header, {"name": "Authorization", "value": f"Bearer {FILL_IN}"}),
        (
            "triageOdooUser01",
            "Odoo: a user of n8n's own",
            "odooApi",
            {"url": url, "db": database, "username": FILL_IN, "password": FILL_IN},
        ),
        (
            "triageMailbox001",
            "Mailbox of supplier mails",
            "imap",
            {"user": FILL_IN, "password": FILL_IN, "host": FILL_IN, "port": 993, "secure": True},
        ),
    ]
    if key is not None:
        named = {"name": "Authorization", "value": f"Bearer {key}"}
        made.append(("triageApiKey0001", "Triage: API key", header, named))
    return [{"id": number, "name": name, "type": kind, "data": data} for number, name, kind, data in made]


def _write_private(path: Path, text: str) -> None:
    """Readable by its owner only, from its first byte on."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


__all__ = [
    "CREDENTIALS",
    "FILL_IN",
    "FLOWS",
    "LISTENING",
    "SIGNING",
    "WORKFLOWS",
    "Addresses",
    "Prepared",
    "addressed",
    "prepare",
]
