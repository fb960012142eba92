"""`/v1/classify`, `/v1/summarize`, `/v1/extract`, `/v1/compare`: an answer at once; nothing is recorded.

Annotations name dependencies that are made inside the function, so they are evaluated where they stand.
"""

import base64
import binascii
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import Response

from service.access import Access
from service.problems import Problem, documented
from service.shapes import EXTRACT_BODY, Classified, Compared, DocumentSent, Extracted, Summarized
from service.submissions import MessageRow, flaws, loads, whole_case
from service.tasks import Tasks
from triage.storage.apikeys import ApiKey

_REFUSALS = documented(400, 401, 403, 413, 422, 429, 503)
_FileName = Annotated[str, Query(min_length=1, max_length=200, description="Name of the file, for raw bytes.")]
_Order = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="Number of the purchase order, where the document's own is not meant.",
        examples=["P00042"],
    ),
]


class TaskRequest(BaseModel):
    """A message or a whole case: exactly one of the two."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [{"message": {"text": "Where is order S00042? It was promised for Friday.", "subject": "Late"}}]
        },
    )

    message: MessageRow | None = None
    case: dict[str, Any] | None = None
    """As `triage schema Case` describes it."""

    def given(self) -> dict[str, Any]:
        """For the answering process."""
        if (self.message is None) == (self.case is None):
            raise Problem(422, "Name exactly one of `message` and `case`.")
        if self.message is None:
            assert self.case is not None
            whole_case(self.case)
            return {"case": self.case}
        return {"id": self.message.id, "message": self.message.model_dump(exclude={"id"})}


def answers(tasks: Tasks, access: Access) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["answers at once"])
    runs = [Depends(access.needs("tasks:run"))]
    compares = access.needs("documents:compare")

    @router.post(
        "/v1/classify",
        dependencies=runs,
        responses=_REFUSALS,
        response_model=Classified,
        summary="What is this message about?",
    )
    async def classify(body: TaskRequest) -> Response:
        """Category, severity and measured confidence, with the evidence; or an abstention that says why."""
        return JSONResponse(await tasks.ask("classify", body.given()))

    @router.post(
        "/v1/summarize",
        dependencies=runs,
        responses=_REFUSALS,
        response_model=Summarized,
        summary="What happened, and what do they ask?",
    )
    async def summarize(body: TaskRequest) -> Response:
        """A short summary in which every number and date stands in the input."""
        return JSONResponse(await tasks.ask("summarize", body.given()))

    @router.post(
        "/v1/extract",
        dependencies=runs,
        responses={**_REFUSALS, **documented(415)},
        response_model=Extracted,
        openapi_extra=EXTRACT_BODY,
        summary="Fields and lines of a document",
    )
    async def extract(request: Request, name: _FileName = "document") -> Response:
        """Send the bytes with their content type, or JSON with name and base64."""
        return JSONResponse(await tasks.ask("extract", _document(request, await request.body(), name)))

    @router.post(
        "/v1/compare",
        responses={**_REFUSALS, **documented(415)},
        response_model=Compared,
        openapi_extra=EXTRACT_BODY,
        summary="A supplier's document, line by line beside its purchase order in Odoo",
    )
    async def compare(
        request: Request,
        key: Annotated[ApiKey, Depends(compares)],
        name: _FileName = "document",
        order: _Order = None,
    ) -> Response:
        """As `/v1/extract`, and with it what differs from the order. Of companies that the key may not see there is
        no order. 503 where Odoo gives no answer: send it again.
        """
        given = _document(request, await request.body(), name)
        return JSONResponse(await tasks.ask("compare", given | {"order": order, "companies": key.companies}))

    return router


def _document(request: Request, body: bytes, name: str) -> dict[str, Any]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        raise Problem(415, "Send the bytes themselves with their content type, or JSON with name and base64.")
    if kind == "application/json":
        try:
            sent = DocumentSent.model_validate(loads(body))
            content = base64.b64decode(sent.content, validate=True)
        except ValidationError as error:
            raise Problem(422, "This is no document: name and content (base64).", errors=flaws(error)) from error
        except (binascii.Error, ValueError) as error:
            raise Problem(422, "`content` is no base64.") from error
        name, body, kind = sent.name, content, ""
    if not body:
        raise Problem(422, "The document is empty.")
    media_type = None if kind in {"", "application/octet-stream"} else kind
    return {"name": name, "media_type": media_type, "content": base64.b64encode(body).decode()}


__all__ = ["TaskRequest", "answers"]
