"""The ASGI application: routes, limits, and how errors are answered.

Must never answer with the text of an internal error, or with what a request contained.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from services.api import channels, events, messages, search
from services.api.answers import Answer
from services.api.limits import RequestLimits
from services.api.paging import BadCursor
from services.api.reading import Reader, TooSlow, Unavailable
from shared.python import __version__
from shared.python.database import Probe
from shared.python.service import health
from shared.python.settings import Settings

NAME = "api"


def create_application(settings: Settings) -> FastAPI:
    """The api on the database of these settings. It starts whether that is reachable or not."""

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        application.state.reader = Reader(settings, NAME)
        async with Probe(settings, f"{NAME}-health") as application.state.probe:
            yield
        await application.state.reader.close()

    application = FastAPI(
        title="OSINT platform",
        version=__version__,
        lifespan=lifespan,
        # Their pages load scripts from another host.
        docs_url=None,
        redoc_url=None,
        # A redirect would answer a misspelled path with the host the client claims to have asked.
        redirect_slashes=False,
        telemetry={"tracing": False},
    )
    for part in (messages, channels, search, events):
        application.include_router(part.router)
    application.add_api_route("/health", _health, methods=["GET"])
    application.add_middleware(RequestLimits)
    application.add_exception_handler(HTTPException, _refused)
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(BadCursor, _bad_cursor)
    application.add_exception_handler(Unavailable, _unavailable)
    application.add_exception_handler(TooSlow, _too_slow)
    application.add_exception_handler(Exception, _defect)
    return application


async def _health(request: Request) -> Answer:
    """Whether the api and its database answer."""
    status, body = health(NAME, await request.app.state.probe.answers())
    return Answer(body, status)


async def _refused(_: Request, error: Exception) -> Answer:
    if not isinstance(error, HTTPException):
        raise error
    return _detail(error.status_code, error.detail, error.headers)


async def _invalid(_: Request, error: Exception) -> Answer:
    if not isinstance(error, RequestValidationError):
        raise error
    # Without the value: it may be megabytes, and it comes from outside.
    faults = [
        {"where": [str(part)[:50] for part in fault["loc"]], "message": fault["msg"]}
        for fault in error.errors()[:20]
    ]
    return Answer({"detail": "the request is not valid", "errors": faults}, 422)


async def _bad_cursor(_: Request, __: Exception) -> Answer:
    return _detail(422, "the cursor was not made by this listing")


async def _unavailable(_: Request, __: Exception) -> Answer:
    return _detail(503, "the database does not answer, try again", {"Retry-After": "1"})


async def _too_slow(_: Request, __: Exception) -> Answer:
    return _detail(504, "this takes too long, ask for less")


async def _defect(_: Request, __: Exception) -> Answer:
    return _detail(500, "internal error")


def _detail(status: int, why: str, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer({"detail": why}, status, dict(headers or {}))
