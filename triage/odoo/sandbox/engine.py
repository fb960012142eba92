"""One call, one transaction: sign-in, method look-up, roll-back, and what leaves after the commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from triage.odoo.sandbox import actions, activities, automation, inbound, loading, mail, methods
from triage.odoo.sandbox.environment import Database, Environment
from triage.odoo.sandbox.errors import AccessError, IntegrityError, UserError, ValidationError
from triage.odoo.sandbox.faults import Faults
from triage.odoo.sandbox.recordset import RecordSet
from triage.odoo.sandbox.restricted import FORBIDDEN

_REGISTERED = (actions, activities, inbound, loading, mail)  # importing them registers their methods


@dataclass(frozen=True)
class Call:
    """One call that was served. `model` is `common` for calls that are not about a model."""

    transport: str
    login: str
    model: str
    method: str
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Engine:
    """Serves calls over the database, one at a time."""

    db: Database
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)

    def run(self, uid: int, context: Mapping[str, Any], work: Callable[[Environment], Any]) -> Any:
        """Do something in a transaction of its own. Errors roll everything back and come out as Odoo's."""
        tables = self.db.tables
        with tables.lock:
            self.db.now = self.db.clock().replace(microsecond=0)
            self.db.pending.clear()
            self.db.after_commit.clear()
            tables.begin()
            try:
                result = work(Environment(self.db, uid, context))
                tables.commit()
            except IntegrityError as error:
                tables.rollback()
                self.db.reflect()
                raise ValidationError(error.message) from error
            except BaseException:
                tables.rollback()
                self.db.reflect()
                raise
            finally:
                tables.hidden.clear()
            self.db.mails += self.db.pending
            self.db.pending.clear()
            calls = list(self.db.after_commit)
            self.db.after_commit.clear()
        self.db.webhooks += [automation.post(*call) for call in calls]
        return result

    def execute(
        self,
        uid: int,
        model: str,
        name: str,
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        context: Mapping[str, Any],
    ) -> Any:
        """A method call as JSON-RPC makes it; the result is ready for JSON."""

        def work(env: Environment) -> Any:
            if model not in env:
                raise UserError(f"Object {model} doesn't exist")
            found = public(env, model, name)
            records, rest = env[model], list(args)
            if not found.on_model:
                if not rest:
                    raise IndexError("tuple index out of range" if self.db.version < 19 else "list index out of range")
                records = records.browse(rest.pop(0))
            result = found.function(records, *rest, **kwargs)
            return self._plain(found, name, rest, result)

        return self.served(model, name, lambda: self.run(uid, context, work))

    def served(self, model: str, name: str, work: Callable[[], Any]) -> Any:
        """Do the work after what was planned for just before it, beside what was planned to race it."""
        for callback in self.faults.take_before(model, name):
            callback()
        racing = self.faults.take_concurrent(model, name)
        if racing:
            tables = self.db.tables
            held = {(model, id_) for model, rows in tables.rows.items() for id_ in rows}
            for callback in racing:
                callback()
            tables.hidden |= {(model, id_) for model, rows in tables.rows.items() for id_ in rows} - held
        return work()

    def _plain(self, found: methods.Method, name: str, args: Sequence[Any], result: Any) -> Any:
        if not isinstance(result, RecordSet):
            return result
        if name == "create":
            return result.ids[0] if args and isinstance(args[0], Mapping) else result.ids
        if self.db.version >= 19 or name in {"search", "exists"}:
            return result.ids
        return result.id if found.returns_one else repr(result)


def public(env: Environment, model: str, name: str) -> methods.Method:
    """The method, if clients may call it. Raises `AttributeError` or `AccessError` with Odoo's words."""
    refusal = f"Private methods (such as '{model}.{name}') cannot be called remotely."
    if name.startswith("_") or name in FORBIDDEN:
        raise AccessError(refusal)
    found = methods.find(env.db.schema[model], name)
    private = found is not None and (found.private or found.only not in (None, env.db.version))
    if (private and found is not None and found.only in (None, 18)) or name in _PYTHON_ONLY:
        raise AccessError(refusal)
    if found is None or private:
        raise AttributeError(f"The method '{model}.{name}' does not exist")
    return found


_PYTHON_ONLY_WORDS = (
    "browse sudo with_user with_context with_company with_env filtered filtered_domain mapped sorted ensure_one "
    "flush_recordset invalidate_recordset"
)
_PYTHON_ONLY = frozenset(_PYTHON_ONLY_WORDS.split())
"""Methods of recordsets that Odoo keeps from clients."""
