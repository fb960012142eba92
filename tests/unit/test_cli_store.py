"""A store is opened with its own keys only."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.cli.wiring import open_store
from triage.errors import ConfigurationError, StoreError
from triage.settings import Settings


@pytest.mark.parametrize("create", [True, False])
def test_a_store_without_its_keys_gets_no_new_ones(tmp_path: Path, create: bool) -> None:
    settings = Settings(tmp_path)
    with open_store(settings, create=True):
        pass
    settings.keys.unlink()
    with (
        pytest.raises(StoreError, match=r"keys\.db is missing: restore it from your backup"),
        open_store(settings, create=create),
    ):
        pass
    assert not settings.keys.exists()


def test_a_missing_store_is_only_made_on_request(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home")
    with pytest.raises(ConfigurationError, match="no store yet"), open_store(settings):
        pass
    assert not settings.home.exists()
    with open_store(settings, create=True):
        pass
    with open_store(settings) as store:
        assert store.cards.all() == []
