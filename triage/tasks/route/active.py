"""Which routing books act: those in the file that somebody made and activated, or none.

`TRIAGE_ROUTING` names the file that `triage odoo routes` wrote, `TRIAGE_ROUTING_SHA256` the hash that it printed. Both
are needed: a file that was exchanged since then does not start.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from triage.domain import RoutingBook
from triage.errors import ConfigurationError
from triage.tasks.route.router import Router

if TYPE_CHECKING:
    from triage.models.embedding import MailReader, MultilingualE5

FILE_SETTING = "TRIAGE_ROUTING"
HASH_SETTING = "TRIAGE_ROUTING_SHA256"
_BOOKS = TypeAdapter(list[RoutingBook])


def active_router(environment: Mapping[str, str]) -> Router:
    """The router that these settings activate; without them it knows the policy only.

    Raises `ConfigurationError` where only one of the two is set, the file cannot be read, or its hash is another.
    """
    file, wanted = (environment.get(name, "").strip() for name in (FILE_SETTING, HASH_SETTING))
    if not file and not wanted:
        return Router({}, None)
    if not file or not wanted:
        raise ConfigurationError(f"set both {FILE_SETTING} (the file) and {HASH_SETTING} (its hash), or neither.")
    books, digest = read_books(Path(file).expanduser())
    if digest != wanted.lower():
        raise ConfigurationError(
            f"{file}: the hash of these routing books is {digest}, and {HASH_SETTING} says {wanted}. If they are the "
            f"ones to work with, set {HASH_SETTING} to it."
        )
    reader = mail_reader(environment)
    for book in books:
        if book.model != model_of(reader):
            raise ConfigurationError(
                f"{file}: the book of {book.company} was made with {book.model}, and {model_of(reader)} works here. "
                "Run `triage odoo routes` again."
            )
    return Router({book.company: book for book in books}, reader, digest)


def mail_reader(environment: Mapping[str, str]) -> MultilingualE5:
    """What makes the vectors: the embedding model as the classifier's active layer has adapted it."""
    from triage.models.embedding import MultilingualE5
    from triage.tasks.classify.active import active_layer

    layer = active_layer(environment)
    return MultilingualE5(layer.layers, layer.changes, layer.sha256[:12])


def model_of(reader: MailReader) -> str:
    """How a book names what made its vectors."""
    return f"{reader.name}/{reader.version}"


def read_books(path: Path) -> tuple[list[RoutingBook], str]:
    """The books in a file, and the file's SHA-256. Raises `ConfigurationError` where it holds none."""
    try:
        content = path.read_bytes()
        return _BOOKS.validate_json(content), hashlib.sha256(content).hexdigest()
    except OSError as error:
        raise ConfigurationError(f"{path}: the routing books cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigurationError(f"{path}: holds no routing books: {where}: {first['msg']}.") from error


def write_books(path: Path, books: Sequence[RoutingBook]) -> str:
    """Write books into a file that only its owner can read; returns its SHA-256."""
    content = json.dumps([book.model_dump(mode="json") for book in books], ensure_ascii=False, sort_keys=True).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()
