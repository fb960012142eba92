"""The errors of the look-alike, named and worded as Odoo's, and how each transport serialises them."""

from __future__ import annotations

from typing import Any


class ServerError(Exception):
    """Base of what Odoo raises on purpose. `path` is the name clients switch on; `status` is JSON-2's HTTP status."""

    path = "odoo.exceptions.UserError"
    status = 422


class UserError(ServerError):
    """What was asked makes no sense in the present state."""


class ValidationError(UserError):
    """A constraint does not hold."""

    path = "odoo.exceptions.ValidationError"


class AccessError(UserError):
    """This user may not."""

    path = "odoo.exceptions.AccessError"
    status = 403


class AccessDenied(UserError):
    """Wrong login, password or key."""

    path = "odoo.exceptions.AccessDenied"
    status = 403

    def __init__(self, message: str = "Access Denied") -> None:
        super().__init__(message)


class MissingError(UserError):
    """The record was deleted."""

    path = "odoo.exceptions.MissingError"
    status = 404


class OperationalError(Exception):
    """The database failed; the call may be repeated."""

    path = "psycopg2.OperationalError"
    status = 500


class InFailedSqlTransaction(Exception):
    """A statement after one that failed: the database refuses all until the roll-back."""

    path = "psycopg2.errors.InFailedSqlTransaction"
    status = 500

    def __init__(self) -> None:
        super().__init__("current transaction is aborted, commands ignored until end of transaction block\n")


class IntegrityError(Exception):
    """A constraint of the database. Leaves a call as a `ValidationError` with `message`."""

    path = "psycopg2.errors.IntegrityError"
    status = 500

    def __init__(self, text: str, message: str) -> None:
        super().__init__(text)
        self.message = message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class UniqueViolation(IntegrityError):
    """Another row holds these values."""


class ForeignKeyViolation(IntegrityError):
    """A link to a row that is not there, or a required link to one that goes."""


class CheckViolation(IntegrityError):
    """A check of the table does not hold."""


class NotNullViolation(IntegrityError):
    """A required column is empty."""


class HttpError(Exception):
    """An answer of the web framework rather than of the ORM."""

    path = "werkzeug.exceptions.HTTPException"

    def __init__(self, name: str, status: int, message: str) -> None:
        super().__init__(message)
        self.path = f"werkzeug.exceptions.{name}"
        self.status = status


def serialise(error: BaseException, version: int) -> dict[str, Any]:
    """The error as both transports carry it: name, message, arguments, context, debug."""
    name = getattr(error, "path", None) or f"{type(error).__module__}.{type(error).__name__}"
    message = str(error)
    arguments = [message, error.status] if isinstance(error, HttpError) else list(error.args)
    debug = f"Traceback (most recent call last):\n  (left out)\n{name}: {message}\n"
    if version < 19:
        return {"name": name, "debug": debug, "message": message, "arguments": arguments, "context": {}}
    return {"name": name, "message": message, "arguments": arguments, "context": {}, "debug": debug}


def status_of(error: BaseException) -> int:
    """HTTP status of this error on JSON-2."""
    return int(getattr(error, "status", 500))
