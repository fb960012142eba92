"""Where the store, the keys and the policy lie, and who is sitting there.

`TRIAGE_HOME` is the folder for all of them: `audit.db` (cards and journal), `keys.db` (keys of the cases, kept apart so
that they can be backed up and deleted apart) and, if the company has its own, `policy.yaml`. Where several processes
work on several machines, `TRIAGE_DATABASE` and `TRIAGE_KEYS` name PostgreSQL databases in place of the two files.
"""

from __future__ import annotations

import getpass
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from triage.domain.address import base_address
from triage.domain.policies import COMPANIES, FOR_ALL, PolicyBook, merged
from triage.domain.policy import Policy
from triage.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from triage.storage.keepers import Keeper


@dataclass(frozen=True)
class Settings:
    """The folder that everything of one installation lies in, and the databases in place of its files."""

    home: Path
    database_url: str | None = None
    """`postgresql://…` in place of `audit.db`."""
    keys_url: str | None = None
    """`postgresql://…` in place of `keys.db`."""
    ledger: Path | None = None
    """Another place of the erasure ledger."""
    key_encryption: Path | None = None
    """File of the key-encryption keys, with which the keys of the cases are wrapped."""
    key_service: tuple[str, ...] = ()
    """Command that wraps and unwraps in place of that file."""

    @classmethod
    def of(cls, home: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
        """`home` if given, else `TRIAGE_HOME`, else the platform's folder for user data.

        Raises `ConfigurationError` where `TRIAGE_DATABASE` or `TRIAGE_KEYS` is no address of a PostgreSQL database, or
        both a file and a command hold the key-encryption keys.
        """
        if home is None and environment.get("TRIAGE_HOME"):
            home = Path(environment["TRIAGE_HOME"])
        if home is None:
            import platformdirs

            home = Path(platformdirs.user_data_dir("odoo-triage", appauthor=False))
        ledger = environment.get("TRIAGE_ERASURES", "").strip()
        return cls(
            home.expanduser().absolute(),
            _address(environment, "TRIAGE_DATABASE"),
            _address(environment, "TRIAGE_KEYS"),
            Path(ledger).expanduser().absolute() if ledger else None,
            *_keeper(environment),
        )

    def keeper(self) -> Keeper | None:
        """Who holds the key-encryption keys; none where the keys of the cases are not wrapped."""
        from triage.storage.keepers import CommandKeeper, FileKeeper

        if self.key_service:
            return CommandKeeper(self.key_service)
        return None if self.key_encryption is None else FileKeeper(self.key_encryption)

    @property
    def database(self) -> Path | str:
        """Where cards and journal lie: an address or a file."""
        return self.database_url or self.store

    @property
    def key_store(self) -> Path | str:
        """Where the keys of the cases lie: an address or a file."""
        return self.keys_url or self.keys

    @property
    def store(self) -> Path:
        """The file with cards and journal, where no database is named."""
        return self.home / "audit.db"

    @property
    def keys(self) -> Path:
        """The file with the keys of the cases, where no database is named."""
        return self.home / "keys.db"

    @property
    def erasures(self) -> Path:
        """The erasure ledger: which keys must not come back with a backup. Keep it apart from the backups."""
        return self.ledger or self.home / "erasures.jsonl"

    @property
    def policy_file(self) -> Path:
        """The company's own policy, which need not exist."""
        return self.home / "policy.yaml"

    def address(self) -> str | None:
        """Under which people reach the review pages, where `service.yaml` says so: notes link to it.

        Raises `ConfigurationError` where it is wrong.
        """
        path = self.home / "service.yaml"
        value = _entries(path).get("address") if path.exists() else None
        if value is None:
            return None
        try:
            return base_address(str(value))
        except ValueError as error:
            raise ConfigurationError(f"{path}: address: {error}.") from error

    def service_model(self) -> str:
        """The model that `service.yaml` names for answers of the API. Raises `ConfigurationError` where it is wrong."""
        path = self.home / "service.yaml"
        return str((_entries(path) if path.exists() else {}).get("model") or "embedded")

    def sources(self) -> dict[str, str]:
        """Who may send events, with the door, as `service.yaml` says; what is wrong there is passed over, because the
        web process and `triage config check` say it. Raises `ConfigurationError` where it cannot be read.
        """
        path = self.home / "service.yaml"
        listed = _entries(path).get("sources") if path.exists() else None
        named = [each for each in listed or () if isinstance(each, dict)] if isinstance(listed, list) else []
        return {str(each["name"]): str(each.get("door", "")) for each in named if each.get("name")}

    def make_home(self) -> None:
        """Create the folder, readable by its owner only. Raises `ConfigurationError` where that fails."""
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigurationError(
                f"{self.home}: the folder for the store cannot be made ({error.strerror}). "
                "Set TRIAGE_HOME or --home to a folder that you may write."
            ) from error

    def policy(self) -> Policy:
        """The policy of companies that have none of their own, or the default one.

        Raises `ConfigurationError` that names the file and the first wrong entry.
        """
        return self.policies().base

    def policies(self) -> PolicyBook:
        """The policies of all companies, or the default one. Raises as `policy` does."""
        return read_policies(self.policy_file) if self.policy_file.exists() else PolicyBook(Policy())


def _address(environment: Mapping[str, str], name: str) -> str | None:
    url = environment.get(name, "").strip()
    if url and not url.startswith(("postgresql://", "postgres://")):
        raise ConfigurationError(f"{name} is not of the form postgresql://user@host/database. Leave it out for a file.")
    return url or None


def _keeper(environment: Mapping[str, str]) -> tuple[Path | None, tuple[str, ...]]:
    file, command = (environment.get(name, "").strip() for name in ("TRIAGE_KEYS_KEK", "TRIAGE_KEYS_KMS"))
    if file and command:
        raise ConfigurationError("TRIAGE_KEYS_KEK and TRIAGE_KEYS_KMS: one of them holds the key, not both.")
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise ConfigurationError(f"TRIAGE_KEYS_KMS is no command: {error}.") from error
    return Path(file).expanduser().absolute() if file else None, words


def read_policy(path: Path) -> Policy:
    """The policy of companies that have none of their own, from a YAML file. Raises as `read_policies` does."""
    return read_policies(path).base


def read_policies(path: Path) -> PolicyBook:
    """Read the policies in a YAML file; unknown keys and wrong values are `ConfigurationError`s."""
    data = _entries(path)
    own = data.pop(COMPANIES, None) or {}
    if not isinstance(own, dict) or not all(isinstance(entries, dict) for entries in own.values()):
        raise ConfigurationError(f"{path}: {COMPANIES}: must hold, under each company's name, what differs there.")
    return PolicyBook(
        _policy(path, "", data),
        {str(name): _of_company(path, str(name), data, entries) for name, entries in own.items()},
    )


def _of_company(path: Path, name: str, base: dict[str, Any], own: dict[str, Any]) -> Policy:
    if fixed := sorted(FOR_ALL & set(own)):
        raise ConfigurationError(
            f"{path}: {COMPANIES}.{name}: {fixed[0]} is the same for all companies. Write it outside of {COMPANIES}."
        )
    return _policy(path, f"{COMPANIES}.{name}: ", merged(base, own))


def _entries(path: Path) -> dict[str, Any]:
    import yaml

    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text. Save it as UTF-8.") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    if data is not None and not isinstance(data, dict):
        raise ConfigurationError(f"{path}: holds no entries (`name: value`). `triage schema Policy` shows them.")
    return data or {}


def _policy(path: Path, about: str, data: dict[str, Any]) -> Policy:
    from pydantic import ValidationError

    try:
        return Policy.model_validate_json(_as_json(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise ConfigurationError(
            f"{path}: {about}{where}: {first['msg']}. `triage schema Policy` shows what may stand there."
        ) from error


def _as_json(data: object) -> str:
    import json

    return json.dumps(data, default=str)


def person(environment: Mapping[str, str] = os.environ) -> str:
    """Who decides: `TRIAGE_USER`, else the account's name. Raises `UsageError` where the account has none."""
    if named := environment.get("TRIAGE_USER"):
        return named
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError) as error:
        raise UsageError("who decides? This account has no name: set TRIAGE_USER, or use --as.") from error
