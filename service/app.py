"""The web process. Today it answers whether it lives and whether it could work; it takes no events yet."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from triage import __version__
from triage.errors import TriageError
from triage.settings import Settings


class Readiness(BaseModel):
    """Whether each part that triage needs is usable; a problem says what to do."""

    ready: bool
    problems: dict[str, str]


def create_app(home: Path | None = None) -> FastAPI:
    """The application over the installation in `home` (default: `TRIAGE_HOME`).

    Start it on loopback: `uvicorn --factory service.app:create_app`.
    """
    settings = Settings.of(home)
    app = FastAPI(title="odoo-triage", version=__version__, docs_url=None, redoc_url=None)

    @app.get("/livez")
    def livez() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive", "version": __version__}

    @app.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
    def readyz() -> JSONResponse:
        """Store, policy and embedded models can be used; 503 and the problem of each part that cannot."""
        problems = _problems(settings)
        body = Readiness(ready=not problems, problems=problems)
        return JSONResponse(body.model_dump(), status_code=503 if problems else 200)

    return app


def _problems(settings: Settings) -> dict[str, str]:
    checks = {"policy": _check_policy, "store": _check_store, "models": _check_models}
    problems: dict[str, str] = {}
    for name, check in checks.items():
        try:
            check(settings)
        except TriageError as error:
            problems[name] = str(error)
    return problems


def _check_policy(settings: Settings) -> None:
    settings.policy()


def _check_store(settings: Settings) -> None:
    from triage.cli.wiring import open_store

    with open_store(settings, create=True) as store:
        store.cards.all(limit=1)


def _check_models(settings: Settings) -> None:
    from triage.cli.wiring import EMBEDDED, classifier

    classifier(EMBEDDED, settings.policy())
