"""`/v1/evals`: start a measurement that gates a change, and ask how it ended.

Annotations name dependencies that are made inside the function, so they are evaluated where they stand.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse
from starlette.responses import Response

from service.access import Access
from service.api_arrivals import Key
from service.installation import Installation
from service.measuring import Measurements
from service.problems import documented
from service.shapes import MeasurementRequest, MeasurementStatus
from service.submissions import new_key
from triage.storage.apikeys import ApiKey

MeasurementId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id that the request was answered with.")]


def measurements(installation: Installation, access: Access) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["measurements"])
    runs = access.needs("evals:run")
    kept = Measurements(installation.settings.home, installation.clock)

    @router.post(
        "/v1/evals",
        status_code=202,
        responses=documented(400, 401, 403, 409, 413, 422, 429, 503),
        response_model=MeasurementStatus,
        summary="Measure on labelled cases and hold the result to the gate's floors",
    )
    def start(body: MeasurementRequest, key: Annotated[ApiKey, Depends(runs)], idempotency_key: Key = None) -> Response:
        """Runs by itself for minutes; `Location` says where to ask. The same Idempotency-Key again starts none: it is
        the same measurement, and is continued where it was interrupted. One runs at a time.
        """
        wanted = f"{key.name} {idempotency_key}" if idempotency_key else new_key()
        found = kept.start(wanted, body.suite, body.model, key.person or key.name)
        return JSONResponse(found, 202, {"Location": f"/v1/evals/{found['id']}"})

    @router.get(
        "/v1/evals/{id}",
        responses=documented(401, 403, 404, 422, 429, 503),
        response_model=MeasurementStatus,
        summary="How a measurement stands, and what the gate says",
    )
    def status(id: MeasurementId, key: Annotated[ApiKey, Depends(runs)]) -> Any:  # noqa: A002
        """`held` or `broken` once it has ended; the newest thirty are kept."""
        return kept.status(id)

    return router


__all__ = ["measurements"]
