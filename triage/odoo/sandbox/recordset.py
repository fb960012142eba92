"""Recordsets as the Python code of a server action uses them; the methods called over RPC work on the same."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import access, domains, ordering, values
from triage.odoo.sandbox.schema import Field, Model

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment


class RecordSet:
    """Records of one model in an environment. Attributes are fields and the model's methods."""

    __slots__ = ("_ids", "_model", "env")

    def __init__(self, env: Environment, model: Model, ids: Iterable[int]) -> None:
        self.env = env
        self._model = model
        self._ids = tuple(ids)

    @property
    def ids(self) -> list[int]:
        """Ids, in order."""
        return list(self._ids)

    @property
    def _name(self) -> str:
        return self._model.name

    @property
    def _description(self) -> str:
        return self._model.label

    @property
    def _fields(self) -> Mapping[str, Field]:
        return self._model.fields

    @property
    def described(self) -> Model:
        """What is known of the model, for this package; no field of Odoo's is called so."""
        return self._model

    def __len__(self) -> int:
        return len(self._ids)

    def __bool__(self) -> bool:
        return bool(self._ids)

    def __iter__(self) -> Iterator[RecordSet]:
        return (self.browse(id_) for id_ in self._ids)

    def __reversed__(self) -> Iterator[RecordSet]:
        return (self.browse(id_) for id_ in reversed(self._ids))

    def __contains__(self, item: object) -> bool:
        if isinstance(item, str):
            return item in self._model.fields
        return isinstance(item, RecordSet) and set(item._ids) <= set(self._ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RecordSet) and self._name == other._name and set(self._ids) == set(other._ids)

    def __hash__(self) -> int:
        return hash((self._name, frozenset(self._ids)))

    def __repr__(self) -> str:
        return f"{self._name}{self._ids!r}"

    def __int__(self) -> int:
        return self._ids[0] if self._ids else 0

    def __or__(self, other: RecordSet) -> RecordSet:
        return self.browse(dict.fromkeys(self._ids + other._ids))

    def __add__(self, other: RecordSet) -> RecordSet:
        return self.browse(self._ids + other._ids)

    def __and__(self, other: RecordSet) -> RecordSet:
        return self.browse(id_ for id_ in self._ids if id_ in other._ids)

    def __sub__(self, other: RecordSet) -> RecordSet:
        return self.browse(id_ for id_ in self._ids if id_ not in other._ids)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self._value(key)
        return self.browse(self._ids[key] if isinstance(key, slice) else (self._ids[key],))

    def __setitem__(self, key: str, value: Any) -> None:
        self._method("write")({key: value})

    def __getattr__(self, name: str) -> Any:
        if name in self._model.fields:
            return self._value(name)
        return self._method(name)

    def browse(self, ids: Any = ()) -> RecordSet:
        """Records with these ids, whether they exist or not."""
        if not ids:
            found: Iterable[int] = ()
        elif isinstance(ids, (int, RecordSet)):
            found = (int(ids),)
        else:
            found = ids
        return RecordSet(self.env, self._model, found)

    def exists(self) -> RecordSet:
        """Those that exist."""
        return self.browse(id_ for id_ in self._ids if self.env.db.tables.get(self._name, id_) is not None)

    def ensure_one(self) -> RecordSet:
        """Itself. Raises `ValueError` unless it is exactly one record."""
        if len(self._ids) != 1:
            raise ValueError(f"Expected singleton: {self!r}")
        return self

    def with_env(self, env: Environment) -> RecordSet:
        """The same records in another environment."""
        return RecordSet(env, self._model, self._ids)

    def sudo(self, flag: bool = True) -> RecordSet:
        """The same records without access checks."""
        return self.with_env(self.env(su=flag))

    def with_user(self, user: Any) -> RecordSet:
        """The same records with another user's rights."""
        return self.with_env(self.env(user=user))

    def with_context(self, *args: Mapping[str, Any], **overrides: Any) -> RecordSet:
        """The same records with a changed context."""
        base = args[0] if args else self.env.context
        return self.with_env(self.env(context={**base, **overrides}))

    def with_company(self, company: Any) -> RecordSet:
        """The same records with this company first."""
        id_ = int(getattr(company, "id", company) or 0)
        if not id_:
            return self
        rest = [each for each in self.env.context.get("allowed_company_ids", []) if each != id_]
        return self.with_context(allowed_company_ids=[id_, *rest])

    def filtered(self, test: Any) -> RecordSet:
        """Those for which the function, or the field of this path, is true."""
        function = _function(test)
        return self.browse([record._ids[0] for record in self if function(record)])

    def filtered_domain(self, domain: list[Any]) -> RecordSet:
        """Those that fit the domain."""
        test = domains.compile_domain(self.env, self._model, domain)
        return self.browse([id_ for id_ in self._ids if test(id_)])

    def mapped(self, path: Any) -> Any:
        """The field of this path, or the function's result, of each; records are joined."""
        if callable(path):
            return _joined([path(record) for record in self])
        current: Any = self
        for name in path.split("."):
            if not current and current._model.fields[name].relational:
                current = current.env[current._model.fields[name].comodel_name]
            else:
                current = _joined([record[name] for record in current])
        return current

    def sorted(self, key: Any = None, reverse: bool = False) -> RecordSet:
        """In the order of a function, of a field, or of the model."""
        if key is None:
            found = ordering.sort(self.env, self._model, self._ids, self._model.order)
            return self.browse(reversed(found) if reverse else found)
        function = key if callable(key) else (lambda record: record[key])
        return self.browse(record.id for record in sorted(self, key=function, reverse=reverse))

    def flush_recordset(self, names: Collection[str] | None = None) -> None:
        """Nothing waits to be written here."""

    def invalidate_recordset(self, names: Collection[str] | None = None, flush: bool = True) -> None:
        """Nothing is cached here."""

    def _value(self, name: str) -> Any:
        field = self._model.fields.get(name)
        if field is None:
            raise KeyError(name)
        if not self._ids:
            return values.wrap(self.env, field, field.empty) if field.relational or name != "id" else False
        if len(self._ids) > 1:
            if field.relational:
                return self.mapped(name)
            self.ensure_one()
        id_ = self._ids[0]
        if name == "id":
            return id_
        access.check_exists(self.env, self._model, (id_,))
        if not self.env.su:
            access.check(self.env, self._model, (id_,), "read")
            access.check_fields(self.env, self._model, (name,), "read")
            access.check_related(self.env, self._model, field)
        return values.wrap(self.env, field, values.raw(self.env, self._model, id_, name))

    def _method(self, name: str) -> Callable[..., Any]:
        from triage.odoo.sandbox import methods

        method = methods.find(self._model, name)
        if method is None:
            raise AttributeError(f"{self._name!r} object has no attribute {name!r}")
        return functools.partial(method.function, self)


def _function(test: Any) -> Callable[[RecordSet], Any]:
    return test if callable(test) else lambda record: record.mapped(test)


def _joined(found: list[Any]) -> Any:
    if found and all(isinstance(each, RecordSet) for each in found):
        return found[0].browse(dict.fromkeys(id_ for each in found for id_ in each._ids))
    return found
