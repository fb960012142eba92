"""Whether what is configured can be reached and acts: store, keys, policy, layers, signer; Odoo and model servers."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from triage.cli.config_files import check_mode
from triage.cli.config_findings import Finding, bad, note, warning
from triage.domain import utc
from triage.domain.policies import PolicyBook
from triage.errors import ConfigurationError, TriageError
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.storage.apikeys import ApiKey
    from triage.storage.keepers import Keeper
    from triage.storage.wrapping import Share

_SOON = timedelta(days=14)
_SECONDS = 5.0


def check_store(settings: Settings, book: PolicyBook | None) -> Iterator[Finding]:
    """Whether store and keys open, without changing them; and whether the policy may act."""
    from triage.audit.activation import Activations
    from triage.audit.journal import Journal
    from triage.cli.acting import check_if_required, configured
    from triage.cli.wiring import now
    from triage.storage import migrations
    from triage.storage.apikeys import ApiKeys
    from triage.storage.database import Database
    from triage.storage.keys import Keys

    where = "TRIAGE_DATABASE" if settings.database_url else str(settings.store)
    try:
        if not Database.exists(settings.database):
            yield note(where, "there is no store yet; the first run makes it.")
            return
        with Database.look(settings.database) as database:
            if not database.has_table("migrations"):
                yield bad(where, "is no store of this software.")
                return
            pending = migrations.pending(database)
            if pending:
                yield note(
                    where, f"is of an earlier version; {len(pending)} steps bring it up to date when it is opened."
                )
            with Keys.open(settings.key_store, create=False, keeper=settings.keeper()) as keys:
                if (keeper := settings.keeper()) is not None:
                    yield from _wrapped(keys.shares(), keeper)
                yield from _old_keys(ApiKeys(database, keys, now).all(), utc(now()), utc(now() + _SOON))
                if book is not None:
                    try:
                        activations = Activations(Journal(database, keys, now), now)
                        activations.check(book)
                        for model in configured(settings):
                            check_if_required(activations, book, model)
                    except ConfigurationError as error:
                        yield bad(str(settings.policy_file), str(error))
    except TriageError as error:
        yield bad(where, str(error))


def _wrapped(shares: Sequence[Share], keeper: Keeper) -> Iterator[Finding]:
    try:
        newest = keeper.newest().id
    except ConfigurationError:
        return  # `check_keeper` says it
    for share in shares:
        if share.is_stale(newest):
            how = "not wrapped" if share.row is None else f"under the earlier key-encryption key {share.row.under}"
            yield warning("TRIAGE_KEYS", f"{how}: {share}. `triage case-keys rotate` puts all under the newest.")


def check_keeper(settings: Settings) -> Iterator[Finding]:
    """Whether who holds the key-encryption keys can be asked for the newest."""
    keeper = settings.keeper()
    if keeper is None:
        return
    try:
        keeper.newest()
    except ConfigurationError as error:
        yield bad("TRIAGE_KEYS_KMS" if settings.key_service else "TRIAGE_KEYS_KEK", str(error))


def check_acting(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Layers, routing books and tables that variables name, and who signs."""
    from triage.audit.signing import KeySigner
    from triage.tasks.classify.active import active_layer
    from triage.tasks.classify.combined import active_agreement
    from triage.tasks.route.active import read_books

    books = environment.get("TRIAGE_ROUTING", "").strip()
    for name, look in (
        ("TRIAGE_LAYER", lambda: active_layer(environment)),
        ("TRIAGE_AGREEMENT", lambda: active_agreement(environment)),
        ("TRIAGE_ROUTING", lambda: _same(read_books(Path(books).expanduser())[1], environment) if books else None),
    ):
        try:
            look()
        except ConfigurationError as error:
            yield bad(name, str(error))
    if key := environment.get("TRIAGE_SIGNING_KEY", "").strip():
        try:
            KeySigner.read(Path(key).expanduser())
        except ConfigurationError as error:
            yield bad("TRIAGE_SIGNING_KEY", str(error))
    if command := environment.get("TRIAGE_SIGNER", "").strip():
        program = (shlex.split(command) or [""])[0]
        if shutil.which(program) is None:
            yield bad("TRIAGE_SIGNER", f"{program}: there is no such command.")
    if ledger := environment.get("TRIAGE_ERASURES", "").strip():
        yield from check_mode(Path(ledger).expanduser(), "the erasure ledger")


def check_online(settings: Settings, book: PolicyBook | None, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Ask Odoo and every model server whether they are there and take the key."""
    yield from _odoo(settings, environment)
    for endpoint in book.base.endpoints if book is not None else ():
        yield from _endpoint(endpoint.name, endpoint.url, environment)


def _odoo(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    from triage.odoo.client import Odoo
    from triage.odoo.connection import read_connection

    try:
        connection = read_connection(settings.home, environment)
        if connection is None:
            return
        odoo = Odoo.connect(connection.with_(timeout_seconds=_SECONDS).server(environment))
        try:
            yield note(
                "Odoo", f"{connection.url}: {odoo.version.text}, as {odoo.user.login}. `triage odoo check` says more."
            )
        finally:
            odoo.close()
    except ConfigurationError:
        return  # said already
    except TriageError as error:
        yield bad("Odoo", str(error))


def _endpoint(name: str, url: str, environment: Mapping[str, str]) -> Iterator[Finding]:
    import httpx2

    from triage.models.catalogue import key_of

    where = f"endpoint {name}"
    try:
        key = key_of(name, environment)
    except ConfigurationError:
        return  # said already
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        answer = httpx2.get(f"{url.rstrip('/')}/models", headers=headers, timeout=_SECONDS, follow_redirects=False)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        yield bad(
            where, f"{url} does not answer ({type(error).__name__}). Cards are answered for by the embedded models."
        )
        return
    if answer.status_code in (401, 403):
        yield bad(where, f"{url} refuses the key (HTTP {answer.status_code}).")
    elif answer.status_code >= 500:
        yield bad(where, f"{url} answers HTTP {answer.status_code}.")
    elif answer.status_code == 404:
        yield note(where, f"{url} answers, and has no list of models.")
    else:
        yield note(where, f"{url} answers.")


def _old_keys(found: Sequence[ApiKey], now: str, soon: str) -> Iterator[Finding]:
    for key in found:
        if key.state(now) == "active" and key.expires_at < soon:
            yield warning(
                "API keys",
                f"{key.name} ends on {key.expires_at[:10]}. `triage keys rotate {key.name}` makes its successor.",
            )


def _same(digest: str, environment: Mapping[str, str]) -> None:
    wanted = environment.get("TRIAGE_ROUTING_SHA256", "").strip().lower()
    if wanted and digest != wanted:
        raise ConfigurationError(f"the hash of these routing books is {digest}, and TRIAGE_ROUTING_SHA256 is another.")


__all__ = ["check_acting", "check_online", "check_store"]
