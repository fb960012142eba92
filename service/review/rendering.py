"""Templates, words in the reader's language, dates and numbers as they write them, and the headers of every page."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import yaml
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import Response

from triage.domain import CardState, Category
from triage.domain.zones import UTC_ZONE, zone_of
from triage.errors import TriageError

LANGUAGES = ("en", "de", "fr", "es", "nl")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
"""Of every page: nothing is loaded from elsewhere, no script stands in a page, no copy is kept."""

_STATIC = resources.files(__package__) / "static"
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


class Words:
    """Texts of the pages in one language; English stands in for what a language lacks."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else "en"
        self._words = {**words_of("en"), **words_of(self.language)}

    def __call__(self, key: str, **values: object) -> str:
        """The text of this name, with values put in. Raises `KeyError` for a name that is nowhere."""
        return self._words[key].format(**values)

    def of(self, group: str, value: str) -> str:
        """The word for one value of a group (`category`, `state`), or the value where there is none."""
        return self._words.get(f"{group}.{value}", value.replace("_", " "))


def refusal(error: TriageError, t: Words, w: Writing) -> str:
    """Why something was refused, in the reader's language; in English where it has no sentence of its own."""
    if not error.code:
        return str(error)
    return t(f"refused.{error.code}", **{name: _said(value, t, w) for name, value in error.values.items()})


def _said(value: object, t: Words, w: Writing) -> object:
    if isinstance(value, Category):
        return t.of("category", value.value)
    if isinstance(value, CardState):
        return t.of("state", value.value)
    if isinstance(value, datetime):
        return w.moment(value)
    return (", ".join(value) or t("refused.nobody")) if isinstance(value, tuple) else value


@cache
def words_of(language: str) -> Mapping[str, str]:
    """All texts of a language, by name."""
    text = (resources.files(__package__) / "words" / f"{language}.yaml").read_text("utf-8")
    return {str(name): str(value) for name, value in yaml.safe_load(text).items()}


class Writing:
    """Dates, times and numbers for one reader."""

    def __init__(self, language: str, timezone: str = "UTC") -> None:
        self._locale = _locale(language if language in LANGUAGES else "en")
        self._zone = zone_of(timezone) or UTC_ZONE

    def moment(self, value: datetime | str) -> str:
        """A point in time: date and time of day in the company's time zone."""
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return format_datetime(at.astimezone(self._zone), "short", locale=self._locale)

    def value(self, value: object) -> str:
        """A fact's value."""
        if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
            return format_decimal(value, locale=self._locale)
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, date):
            return format_date(value, "medium", locale=self._locale)
        return str(value)

    def share(self, value: float) -> str:
        """A probability as per cent."""
        return _per_cent(round(value, 4), self._locale)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


@lru_cache(4096)
def _per_cent(value: float, locale: Locale) -> str:
    return format_percent(value, locale=locale)


@cache
def templates() -> Environment:
    """The pages' templates: escaped, and a missing value is an error."""
    environment = Environment(
        loader=PackageLoader("service.review", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = static_address
    return environment


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page made of a template."""
    return HTMLResponse(templates().get_template(template).render(**values), status, headers=HEADERS)


@cache
def _content(name: str) -> bytes | None:
    file = _STATIC / name
    return file.read_bytes() if "/" not in name and "\\" not in name and file.is_file() else None


@cache
def static_address(name: str) -> str:
    """Address of a file, which changes with its content, so that it may be kept for ever."""
    content = _content(name)
    assert content is not None, name
    return f"/static/{hashlib.sha256(content).hexdigest()[:12]}/{name}"


def static_file(name: str) -> Response | None:
    """A file of the pages; none where there is no such one."""
    content = _content(name)
    if content is None:
        return None
    kind = _KINDS.get(f".{name.rpartition('.')[2]}", "application/octet-stream")
    kept = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=kind, headers=kept)
