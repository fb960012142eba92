"""The OpenAPI document: what FastAPI derives, with problem details in place of its own errors."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from service.problems import ProblemBody
from service.shapes import DocumentSent, Kept
from service.signed import CloudEvent

_OURS = (ProblemBody, Kept, CloudEvent, DocumentSent)
_DESCRIPTION = (
    "Suggests what happened to stalled orders; people decide. Every error is a problem detail (RFC 9457). "
    "Times are UTC."
)


def describe(app: FastAPI) -> None:
    """Have the application tell our document."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    found: dict[str, Any] = get_openapi(
        title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes
    )
    schemas: dict[str, Any] = found.setdefault("components", {}).setdefault("schemas", {})
    for model in _OURS:
        told = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(told.pop("$defs", {}))
        schemas[model.__name__] = told
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return found
