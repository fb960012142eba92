"""The address at which Odoo's automation rules call the service, out of `odoo.yaml` and `service.yaml`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import quote

from triage.errors import UsageError
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.odoo.connection import Connection


def hook_of(settings: Settings, connection: Connection, environment: Mapping[str, str] = os.environ) -> str:
    """`ADDRESS/hooks/odoo/SOURCE/SECRET`.

    Raises `UsageError` where the address or the source is not configured, `ConfigurationError` where its secret is not
    there.
    """
    wanted = connection.setup
    base = wanted.hook or settings.address()
    if base is None:
        raise UsageError(
            "no address at which Odoo reaches the service: write `setup: {hook: https://…}` into odoo.yaml, or "
            "`address` into service.yaml"
        )
    service = import_module("service.configuration")  # this room lies above ours
    told = service.read_configuration(settings.home)
    found = [source for source in told.sources if source.name == wanted.source and source.door == "hook"]
    if not found:
        raise UsageError(
            f"service.yaml has no source {wanted.source!r} with `door: hook`: docs/odoo-setup.md shows what to write"
        )
    opened = service.open_sources(told.with_(sources=(found[0],)), settings.home, environment)[wanted.source]
    secret = opened.secrets[0].decode()
    return f"{base.rstrip('/')}/hooks/odoo/{quote(wanted.source)}/{quote(secret, safe='')}"


def unlisted(settings: Settings, connection: Connection, models: Sequence[str]) -> list[str]:
    """Of these models, those that the source may not name yet."""
    told = import_module("service.configuration").read_configuration(settings.home)
    allowed = {model for source in told.sources if source.name == connection.setup.source for model in source.models}
    return [model for model in models if model not in allowed]
