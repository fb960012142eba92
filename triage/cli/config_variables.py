"""The variables of the environment that are read, and what is wrong with those that are set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from triage.cli.config_findings import Finding, bad, note, warning

VARIABLES: Mapping[str, str] = {
    "TRIAGE_HOME": "folder of the installation",
    "TRIAGE_DATABASE": "address of the store in PostgreSQL",
    "TRIAGE_KEYS": "address of the keys in PostgreSQL",
    "TRIAGE_KEYS_KEK": "file of the key-encryption keys that wrap the keys of the cases",
    "TRIAGE_KEYS_KMS": "command of a key management service in its place",
    "TRIAGE_USER": "who decides",
    "TRIAGE_ERASURES": "the erasure ledger",
    "TRIAGE_SIGNING_KEY": "file of the key that signs",
    "TRIAGE_SIGNER": "command that signs",
    "TRIAGE_LAYER": "folder of a classifier layer",
    "TRIAGE_LAYER_SHA256": "its hash",
    "TRIAGE_AGREEMENT": "table of a chat model's worth",
    "TRIAGE_ROUTING": "routing books",
    "TRIAGE_ROUTING_SHA256": "their hash",
    "TRIAGE_ODOO_URL": "the connected Odoo",
    "TRIAGE_ODOO_DATABASE": "its database",
    "TRIAGE_ODOO_LOGIN": "the service user",
    "TRIAGE_ODOO_API": "auto, jsonrpc or json2",
    "TRIAGE_ODOO_KEY": "the service user's key",
    "TRIAGE_ODOO_KEY_FILE": "file of that key",
    "TRIAGE_ODOO_ADMIN_KEY": "the administrator's key, for grant and check",
}
"""Each variable of ours that is read, and what it is."""

_TOGETHER = (("TRIAGE_ROUTING", "TRIAGE_ROUTING_SHA256"), ("TRIAGE_LAYER", "TRIAGE_LAYER_SHA256"))
_EITHER = (
    ("TRIAGE_ODOO_KEY", "TRIAGE_ODOO_KEY_FILE"),
    ("TRIAGE_SIGNER", "TRIAGE_SIGNING_KEY"),
    ("OPENAI_API_KEY", "OPENAI_API_KEY_FILE"),
)
"""Where both are set, the first one counts."""
_SECRETS = ("TRIAGE_ODOO_KEY", "OPENAI_API_KEY")


def check_variables(environment: Mapping[str, str], named: frozenset[str]) -> Iterator[Finding]:
    """What is wrong with the variables that are set; no value is told. `named` are others that files refer to."""
    for name in sorted(environment):
        if name.startswith("TRIAGE_") and name not in VARIABLES and name not in named:
            near = get_close_matches(name, VARIABLES, 1, 0.75)
            yield bad(name, f"no such variable is read.{f' Is {near[0]} meant?' if near else ''}")
        elif name in VARIABLES and not environment[name].strip():
            yield warning(name, "is set and empty: it counts as not set.")
    for one, other in _TOGETHER:
        if bool(environment.get(one, "").strip()) != bool(environment.get(other, "").strip()):
            yield bad(one, f"goes together with {other}: set both, or neither.")
    for one, other in _EITHER:
        if environment.get(one, "").strip() and environment.get(other, "").strip():
            yield warning(other, f"is not used, because {one} is set as well. Leave one of them out.")
    for name in _SECRETS:
        if environment.get(name, "").strip() and not environment.get(f"{name}_FILE", "").strip():
            yield note(name, f"the secret stands in the environment. {name}_FILE can name a file with it instead.")
    yield from _databases(environment)


def _databases(environment: Mapping[str, str]) -> Iterator[Finding]:
    from triage.errors import ConfigurationError
    from triage.settings import Settings

    store, keys = (environment.get(name, "").strip() for name in ("TRIAGE_DATABASE", "TRIAGE_KEYS"))
    try:
        Settings.of(None, environment)
    except ConfigurationError as error:
        named = ("TRIAGE_DATABASE", "TRIAGE_KEYS_KMS")
        yield bad(next((name for name in named if name in str(error)), "TRIAGE_KEYS"), str(error))
        return
    if store and store == keys:
        yield bad("TRIAGE_KEYS", "is the same as TRIAGE_DATABASE: keys beside the store protect nothing.")
    if store and not keys:
        yield note("TRIAGE_KEYS", "is not set: the keys stay in keys.db on this machine, where no other can use them.")
    if keys and not store:
        yield warning("TRIAGE_KEYS", "is set without TRIAGE_DATABASE: the store is a file, the keys are on a server.")
    for name, address in (("TRIAGE_DATABASE", store), ("TRIAGE_KEYS", keys)):
        if ":" in address.partition("://")[2].partition("/")[0].rpartition("@")[0]:
            yield warning(name, "holds a password. Put it into a password file (PGPASSFILE) instead.")


__all__ = ["VARIABLES", "check_variables"]
