"""Puts the review pages into the application: routes, and how their errors look."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import Response

from service.installation import Installation
from service.limiting import Limiter
from service.problems import SOON
from service.review.asking import CannotAsk
from service.review.card_pages import card_pages
from service.review.desk_pages import desk_pages
from service.review.figure_pages import figure_pages
from service.review.frame import Frame, Missing
from service.review.guard import Forbidden, Guard, NotSignedIn, to_sign_in
from service.review.odoo_sign_in import from_odoo
from service.review.other_pages import other_pages
from service.review.provider_pages import provider_pages
from service.review.queue_pages import queue_pages
from service.review.refusing import error_page
from service.review.seeing import Sight
from service.review.signing_in import signing_in


def add_pages(app: FastAPI, installation: Installation, limiter: Limiter) -> Frame:
    """Add the pages; returns what they work with, to be closed with the application (`Frame.sight.close`)."""
    frame = Frame(installation, Guard(installation), Sight(installation))
    doors = (signing_in(frame, limiter), provider_pages(frame, limiter), from_odoo(frame, limiter))
    pages = (queue_pages, card_pages, figure_pages, desk_pages, other_pages)
    for router in (*doors, *(each(frame) for each in pages)):
        app.include_router(router)

    @app.exception_handler(NotSignedIn)
    async def not_signed_in(request: Request, _: NotSignedIn) -> Response:
        return to_sign_in(request)

    @app.exception_handler(Forbidden)
    async def forbidden(request: Request, error: Forbidden) -> Response:
        return error_page(frame, request, 403, str(error))

    @app.exception_handler(Missing)
    async def missing(request: Request, _: Missing) -> Response:
        return error_page(frame, request, 404)

    @app.exception_handler(CannotAsk)
    async def cannot_ask(request: Request, _: CannotAsk) -> Response:
        return error_page(frame, request, 503, headers={"Retry-After": SOON}, named="error.odoo")

    return frame
