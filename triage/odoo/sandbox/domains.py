"""Odoo's search domains, evaluated over rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import values
from triage.odoo.sandbox.schema import Field, Model

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment

Test = Callable[[int], bool]
"""Whether the record with this id fits."""

OPERATORS = frozenset(
    ["=", "!=", "<>", "==", "<", ">", "<=", ">=", "in", "not in", "like", "ilike", "not like", "not ilike", "=like",
     "=ilike", "=?", "child_of", "parent_of", "any", "not any"]
)  # fmt: skip
_NEGATIVE = {"!=": "=", "<>": "=", "not in": "in", "not like": "like", "not ilike": "ilike", "not any": "any"}
_TIMES = {"date": 10, "datetime": 19}


def search(env: Environment, model: Model, domain: Sequence[Any]) -> list[int]:
    """Ids of the records that fit, archived ones left out unless the domain or the context asks for them."""
    terms = list(domain)
    if "active" in model.fields and env.context.get("active_test", True) and not _mentions(terms, "active"):
        terms = [*_normal(terms), ("active", "=", True)]
    test = compile_domain(env, model, terms)
    return [id_ for id_ in candidates(env, model, terms) if test(id_)]


def candidates(env: Environment, model: Model, terms: Sequence[Any]) -> Iterable[int]:
    """Ids to look at: those of an `id` or relation term that must hold anyway, else all."""
    if any(term in {"|", "!"} for term in terms if isinstance(term, str)):
        return env.db.tables.ids(model.name)
    for term in terms:
        if _is_leaf(term) and term[1] in {"=", "in"} and term[2]:
            wanted = term[2] if isinstance(term[2], (list, tuple)) else [term[2]]
            field = model.fields.get(term[0])
            if not all(type(value) is int for value in wanted) or field is None:
                continue
            if term[0] == "id":
                return sorted(id_ for id_ in set(wanted) if env.db.tables.get(model.name, id_) is not None)
            if field.type == "many2one" and field.store and not field.related and not field.through:
                return sorted({id_ for value in wanted for id_ in env.db.tables.by_value(model.name, term[0], value)})
    return env.db.tables.ids(model.name)


def compile_domain(env: Environment, model: Model, domain: Sequence[Any]) -> Test:
    """The domain as a test. Raises `ValueError` worded as Odoo's for unknown fields, operators and bad shapes."""
    stack: list[Test] = []
    for term in reversed(_normal(domain)):
        if term == "!":
            stack.append(_not(stack.pop()))
        elif term in ("&", "|"):
            if len(stack) < 2:
                raise _malformed(env, domain)
            stack.append(_both(stack.pop(), stack.pop(), term))
        else:
            stack.append(_leaf(env, model, term))
    if len(stack) != 1:
        raise _malformed(env, domain)
    return stack[0]


def _normal(domain: Sequence[Any]) -> list[Any]:
    """The domain with every `&` written out."""
    out: list[Any] = []
    expected = 1
    for term in domain or [(1, "=", 1)]:
        if expected == 0:
            out.insert(0, "&")
            expected = 1
        if isinstance(term, str) and term in {"&", "|", "!"}:
            expected += term != "!"
        else:
            expected -= 1
        out.append(tuple(term) if isinstance(term, list) else term)
    return out


def _mentions(terms: Iterable[Any], name: str) -> bool:
    return any(_is_leaf(term) and term[0] == name for term in terms)


def _is_leaf(term: Any) -> bool:
    return isinstance(term, (list, tuple)) and len(term) == 3


def _malformed(env: Environment, domain: Sequence[Any]) -> ValueError:
    if env.db.version < 19:
        return ValueError(f"Domain {list(domain)!r} is syntactically not correct.")
    return ValueError(f"Domain() malformed domain {list(domain)!r}")


def _not(test: Test) -> Test:
    return lambda id_: not test(id_)


def _both(left: Test, right: Test, term: str) -> Test:
    if term == "&":
        return lambda id_: left(id_) and right(id_)
    return lambda id_: left(id_) or right(id_)


def _leaf(env: Environment, model: Model, term: Any) -> Test:
    if not _is_leaf(term):
        raise ValueError(f"Invalid leaf {term!r}" if env.db.version < 19 else f"Invalid domain term {term!r}")
    name, operator, value = term
    if name in (0, 1):
        truth = bool(name == value) if operator == "=" else bool(name != value)
        return lambda _: truth
    if operator not in OPERATORS:
        raise ValueError(f"Invalid leaf {term!r}" if env.db.version < 19 else f"Invalid operator in condition {term!r}")
    head, _, rest = str(name).partition(".")
    field = model.fields.get(head)
    if field is None:
        word = "leaf" if env.db.version < 19 else "condition"
        raise ValueError(f"Invalid field {model.name}.{head} in {word} {term!r}")
    if rest:
        return _dotted(env, model, field, (rest, operator, value))
    if not _searchable(model, field):
        return _unsearchable(env, model, field)
    return _simple(env, model, field, operator, value)


def _searchable(model: Model, field: Field) -> bool:
    return bool(
        field.store or field.searchable or field.related or field.through or field.type == "one2many"
        or field.inverse_name or field.name == "display_name"
    )  # fmt: skip


def _unsearchable(env: Environment, model: Model, field: Field) -> Test:
    """A field that is not stored: Odoo 18 logs it and finds everything, 19 refuses."""
    if env.db.version >= 19:
        raise ValueError(f"Cannot convert {model.name}.{field.name} to SQL because it is not stored")
    return lambda _: True


def _dotted(env: Environment, model: Model, field: Field, rest: tuple[str, str, Any]) -> Test:
    if not field.relational:
        if field.type in _TIMES:
            return _date_part(env, model, field, rest)
        raise ValueError(f"Invalid field {model.name}.{field.name}.{rest[0]} in leaf {rest!r}")
    comodel = env.db.schema[field.comodel_name]
    elevated = env(su=True)
    inner = compile_domain(elevated, comodel, [rest])
    return lambda id_: any(inner(other) for other in _ids(elevated, model, field, id_))


def _date_part(env: Environment, model: Model, field: Field, rest: tuple[str, str, Any]) -> Test:
    part, operator, value = rest
    places = {"year_number": (0, 4), "month_number": (5, 7), "day_of_month": (8, 10)}
    start, end = places[part]
    compare = _comparison(field, operator, value)

    def test(id_: int) -> bool:
        text = values.raw(env, model, id_, field.name)
        return bool(text) and compare(int(text[start:end]))

    return test


def _ids(env: Environment, model: Model, field: Field, id_: int) -> tuple[int, ...]:
    value = values.raw(env, model, id_, field.name)
    return value if isinstance(value, tuple) else ((value,) if value else ())


def _simple(env: Environment, model: Model, field: Field, operator: str, value: Any) -> Test:
    if operator == "=?":
        if not value:
            return lambda _: True
        operator = "="
    if operator in {"child_of", "parent_of"}:
        return _hierarchy(env, model, field, operator, value)
    if operator in _NEGATIVE:
        return _not(_simple(env, model, field, _NEGATIVE[operator], value))
    if field.relational:
        return _relation(env, model, field, operator, value)
    if field.name == "id" and isinstance(value, (list, tuple, set)):
        wanted = {int(each) for each in value}
        return lambda id_: id_ in wanted
    compare = _comparison(field, operator, _moment(field, operator, value))
    return lambda id_: compare(values.raw(env, model, id_, field.name))


def _relation(env: Environment, model: Model, field: Field, operator: str, value: Any) -> Test:
    elevated = env(su=True)
    wanted = _wanted(elevated, field, operator, value)

    def test(id_: int) -> bool:
        held = _ids(elevated, model, field, id_)
        return any(other in wanted for other in held) if held else False in wanted

    return test


def _wanted(env: Environment, field: Field, operator: str, value: Any) -> set[Any]:
    """Ids of the other model that a relation's term accepts; False stands for no record."""
    comodel = env.db.schema[field.comodel_name]
    if operator == "any":
        return set(search(env, comodel, value))
    if isinstance(value, str):
        return set(by_name(env, comodel, value, operator))
    listed = value if isinstance(value, (list, tuple, set)) else [value]
    listed = [getattr(each, "id", each) for each in listed]
    if operator in {"<", ">", "<=", ">="}:
        compare = _comparison(Field("id", "integer"), operator, value)
        return {id_ for id_ in env.db.tables.ids(comodel.name) if compare(id_)}
    found: set[Any] = set()
    for each in listed:
        found |= set(by_name(env, comodel, each, "=")) if isinstance(each, str) else {each or False}
    return found


def by_name(env: Environment, model: Model, text: str, operator: str) -> list[int]:
    """Ids of the records whose name fits, as `name_search` finds them."""
    names = [name for name in _NAME_FIELDS.get(model.name, (model.rec_name,)) if name in model.fields]
    tests = [_comparison(model.fields[name], operator, text) for name in names]

    def fits(id_: int) -> bool:
        return any(test(values.raw(env, model, id_, name)) for name, test in zip(names, tests, strict=True))

    return [id_ for id_ in search(env, model, []) if fits(id_)] if names else []


_NAME_FIELDS = {
    "res.partner": ("complete_name", "email", "ref", "vat"),
    "res.users": ("name", "login"),
    "product.product": ("name", "default_code", "barcode"),
    "product.template": ("name", "default_code"),
    "res.groups": ("full_name",),
    "stock.location": ("complete_name", "barcode"),
    "sale.order": ("name",),
    "purchase.order": ("name", "partner_ref"),
    "account.move": ("name", "ref"),
}


def _hierarchy(env: Environment, model: Model, field: Field, operator: str, value: Any) -> Test:
    comodel = env.db.schema[field.comodel_name] if field.relational else model
    own = field.type == "many2one" and comodel is model  # then the field itself is the hierarchy
    parents = (field.name,) if own else ("parent_id", "location_id")
    parent = next((name for name in parents if name in comodel.fields), None)
    if isinstance(value, str):
        start = by_name(env, comodel, value, "ilike")
    else:
        start = [int(each) for each in (value if isinstance(value, (list, tuple)) else [value]) if each]
    found = set(start)
    frontier = set(start)
    while frontier and parent:
        if operator == "child_of":
            frontier = {id_ for one in frontier for id_ in env.db.tables.by_value(comodel.name, parent, one)} - found
        else:
            frontier = {values.raw(env, comodel, one, parent) for one in frontier} - found - {False}
        found |= frontier
    if own or not field.relational:
        return lambda id_: id_ in found
    return lambda id_: any(other in found for other in _ids(env, model, field, id_))


def _moment(field: Field, operator: str, value: Any) -> Any:
    """Dates as text of the field's length, so that they compare as text."""
    if field.type not in _TIMES or value in (False, None):
        return value
    if isinstance(value, (list, tuple)):
        return [_moment(field, operator, each) for each in value]
    if hasattr(value, "strftime"):
        value = value.strftime(values.DATETIME if field.type == "datetime" and hasattr(value, "hour") else values.DATE)
    text = str(value)
    if not re.match(r"\d{4}-\d\d-\d\d", text):
        raise ValueError(f"Invalid term {text!r} in expression date: {text!r}")
    if field.type == "date":
        return text[:10]
    if len(text) == 10:
        return text + (" 23:59:59" if operator in {"<=", ">"} else " 00:00:00")
    return text[:19]


def _comparison(field: Field, operator: str, value: Any) -> Callable[[Any], bool]:
    if operator in {"=", "=="}:
        return _equal(value, field)
    if operator == "in":
        listed = value if isinstance(value, (list, tuple, set)) else [value]
        tests = [_equal(each, field) for each in listed]
        return lambda held: any(test(held) for test in tests)
    if operator in {"like", "ilike", "=like", "=ilike"}:
        return _pattern(operator, value)
    return lambda held: _held(held) and _ORDER[operator](held, value)


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda held, value: held < value,
    ">": lambda held, value: held > value,
    "<=": lambda held, value: held <= value,
    ">=": lambda held, value: held >= value,
}


def _held(value: Any) -> bool:
    return value is not False and value is not None


def _equal(value: Any, field: Field) -> Callable[[Any], bool]:
    if value is False or value is None:
        return lambda held: not held
    if field.type in {"float", "monetary"}:
        return lambda held: abs(float(held or 0) - float(value)) < 1e-9
    return lambda held: bool(held == value)


_WILDCARDS = {"%": ".*", "_": "."}


def _pattern(operator: str, value: Any) -> Callable[[Any], bool]:
    text = str(value or "")
    parts = ["" if operator.startswith("=") else ".*"]
    parts += [_WILDCARDS.get(each) or re.escape(each[-1]) for each in re.findall(r"\\.|.", text, re.DOTALL)]
    parts += ["" if operator.startswith("=") else ".*"]
    expression = re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if "ilike" in operator else 0))
    return lambda held: expression.fullmatch(str(held or "")) is not None
