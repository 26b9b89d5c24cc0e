"""Connections to PostgreSQL: engine, sessions, one connection for LISTEN, and what a lost one is.

Must never connect at import time, decide by the text of an error message, or log an address with
its password.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Any, Self

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from starlette.requests import HTTPConnection

from shared.python.settings import Settings

# 57P01 to 57P05: the server shuts down, crashed, is starting or closed the session.
LOST_SERVER_STATES = frozenset({"57P01", "57P02", "57P03", "57P05"})
# Worth trying again although the server is there: serialization failures and deadlocks, a lock not
# available, a cancelled statement, a server that is read-only or short of something.
TRANSIENT_STATES = frozenset({"40001", "40P01", "55P03", "57014", "25006"})
INSUFFICIENT_RESOURCES = "53"
# asyncpg's own: the second is what a statement meets on a connection that is just being ended.
LOST_CLIENT_ERRORS = (asyncpg.InterfaceError, asyncpg.InternalClientError)
CONNECTION_EXCEPTION = "08"


def _server_settings(
    service: str, statement_timeout: float | None, others: Mapping[str, str] | None
) -> dict[str, str]:
    settings = {"application_name": service, "timezone": "UTC", **(others or {})}
    if statement_timeout is not None:
        settings["statement_timeout"] = str(round(statement_timeout * 1000))
    return settings


async def connect(
    settings: Settings,
    service: str,
    *,
    statement_timeout: float | None = None,
    server_settings: Mapping[str, str] | None = None,
) -> "asyncpg.Connection[asyncpg.Record]":
    """A plain asyncpg connection outside the pool: for LISTEN, COPY, or a long transaction."""
    return await asyncpg.connect(
        **settings.address.connect_arguments(),
        server_settings=_server_settings(service, statement_timeout, server_settings),
    )


def create_engine(
    settings: Settings,
    service: str,
    *,
    statement_timeout: float | None = None,
    pool_timeout: float = 10.0,
    server_settings: Mapping[str, str] | None = None,
    **options: Any,
) -> AsyncEngine:
    """The engine of a service. Nothing is connected before the first statement."""

    async def connection() -> "asyncpg.Connection[asyncpg.Record]":
        return await connect(
            settings,
            service,
            statement_timeout=statement_timeout,
            server_settings=server_settings,
        )

    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connection,
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
        pool_recycle=settings.pool_recycle,
        pool_timeout=pool_timeout,
        pool_pre_ping=True,
        **options,
    )


def create_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Makes sessions whose objects stay readable after the commit."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def get_db(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """FastAPI dependency: a session that is committed on success and rolled back on any error.

    The application keeps its session factory in app.state.sessions.
    """
    async with connection.app.state.sessions() as session, session.begin():
        yield session


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE of an error of SQLAlchemy or asyncpg, where the server gave one."""
    for cause in _causes(error):
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return state
    return None


def is_disconnect(error: BaseException) -> bool:
    """Whether the connection or the server is gone, so that the same work may succeed later."""
    state = sqlstate(error)
    if state is not None:
        return state.startswith(CONNECTION_EXCEPTION) or state in LOST_SERVER_STATES
    return any(
        isinstance(cause, (OSError, EOFError, InterfaceError, *LOST_CLIENT_ERRORS))
        or (isinstance(cause, DBAPIError) and cause.connection_invalidated)
        for cause in _causes(error)
    )


def is_transient(error: BaseException) -> bool:
    """Whether waiting and trying again is the right answer: disconnects, deadlocks, shortages."""
    state = sqlstate(error) or ""
    return (
        is_disconnect(error)
        or state in TRANSIENT_STATES
        or state.startswith(INSUFFICIENT_RESOURCES)
        or isinstance(error, PoolTimeoutError)
        # The schema changed under a prepared statement; it is prepared anew.
        or any(isinstance(c, asyncpg.InvalidCachedStatementError) for c in _causes(error))
    )


def _causes(error: BaseException) -> list[BaseException]:
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = getattr(cause, "orig", None) or cause.__cause__
    return causes


class Probe:
    """Asks whether the database answers, on a connection of its own.

    A busy pool is therefore never mistaken for a dead server.
    """

    def __init__(self, settings: Settings, service: str, limit: float = 2.0) -> None:
        self._settings = settings
        self._service = service
        self._limit = limit
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._forget()

    async def answers(self) -> bool:
        """True, or false after at most the limit. Never raises for a database that is away."""
        try:
            async with asyncio.timeout(self._limit), self._turn:
                await self._ask()
        except (OSError, EOFError, asyncpg.PostgresError, *LOST_CLIENT_ERRORS):
            return False
        return True

    async def _ask(self) -> None:
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await connect(self._settings, self._service)
            await self._connection.execute("SELECT 1")
        except BaseException:
            self._forget()
            raise

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


async def wait_for_database(
    settings: Settings, service: str, *, limit: float | None = None, interval: float = 0.2
) -> None:
    """Returns when the database answers; TimeoutError when it has not within the limit."""
    async with asyncio.timeout(limit), Probe(settings, service) as probe:
        while not await probe.answers():  # noqa: ASYNC110
            await asyncio.sleep(interval)
