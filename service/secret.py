"""Where a secret stands: in a file or in a variable of the environment, never in `service.yaml` itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import model_validator

from triage.domain.base import Frozen
from triage.errors import ConfigurationError


class SecretFrom(Frozen):
    """Where a secret stands: in a file (relative to the home folder) or in a variable of the environment."""

    file: Path | None = None
    """A file that holds it, relative to the folder."""
    environment: str | None = None
    """A variable that holds it."""

    @model_validator(mode="before")
    @classmethod
    def _no_secret_inline(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError("a secret never stands here itself: write {file: PATH} or {environment: NAME}")  # noqa: TRY004
        return value

    @model_validator(mode="after")
    def _one_place(self) -> SecretFrom:
        if (self.file is None) == (self.environment is None):
            raise ValueError("name either `file` or `environment`")
        return self

    def read(self, home: Path, environment: Mapping[str, str]) -> str:
        """The secret. Raises `ConfigurationError` where it is not there; its text holds no secret."""
        if self.environment is not None:
            found = environment.get(self.environment, "").strip()
            if not found:
                raise ConfigurationError(f"the variable {self.environment} is not set; it should hold the secret.")
            return found
        assert self.file is not None
        path = home / self.file.expanduser()
        try:
            found = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: the secret cannot be read ({type(error).__name__}).") from error
        if not found:
            raise ConfigurationError(f"{path}: is empty; it should hold the secret.")
        return found
