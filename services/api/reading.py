"""Reads rows, patiently: a restart of the server costs a request time, not its answer.

Must never be used to write: a statement may run twice.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.python.database import create_engine, is_transient, sqlstate
from shared.python.service import describe
from shared.python.settings import Settings

STATEMENT_TIMEOUT = 5.0
# With connecting and waiting for a free connection; also ends a read from a server that is frozen.
READ_TIMEOUT = 8.0
POOL_TIMEOUT = 3.0
# How long after the first failure requests still wait for the server instead of giving up.
PATIENCE = 5.0
PAUSE = 0.1

QUERY_CANCELED = "57014"
# Credentials or database are wrong or not there yet, or the schema is just being built.
NOT_READY = ("28", "3D", "42P01")

logger = logging.getLogger("api.reading")

Row = dict[str, Any]


class Unavailable(Exception):
    """The database cannot answer now, but will later."""


class TooSlow(Exception):
    """The statement took longer than one request may."""


class Reader:
    """Runs SELECT statements, each in a transaction of its own that cannot write."""

    def __init__(self, settings: Settings, service: str) -> None:
        self._engine = create_read_only_engine(settings, service)
        self._away_since: float | None = None

    async def close(self) -> None:
        """Closes every connection."""
        await self._engine.dispose()

    async def rows(self, statement: Select[*tuple[Any, ...]]) -> list[Row]:
        """The rows of one statement."""
        (rows,) = await self.read(statement)
        return rows

    async def read(self, *statements: Select[*tuple[Any, ...]]) -> list[list[Row]]:
        """The rows of several statements, over one connection."""

        async def attempt() -> list[list[Row]]:
            async with self._engine.connect() as connection:
                answers = []
                for statement in statements:
                    result = await connection.execute(statement)
                    names = list(result.keys())
                    answers.append([dict(zip(names, row, strict=True)) for row in result])
                return answers

        try:
            async with asyncio.timeout(READ_TIMEOUT):
                return await self._patiently(attempt)
        except TimeoutError:
            raise Unavailable from None

    async def _patiently(
        self, attempt: Callable[[], Awaitable[list[list[Row]]]]
    ) -> list[list[Row]]:
        while True:
            try:
                answers = await attempt()
            except Exception as error:
                if not self._worth_another_attempt(error):
                    raise Unavailable from error
                await asyncio.sleep(PAUSE)
            else:
                if self._away_since is not None:
                    logger.info("database is back")
                    self._away_since = None
                return answers

    def _worth_another_attempt(self, error: Exception) -> bool:
        """Keeps the time of the outage. Errors that are no outage are raised again."""
        state = sqlstate(error) or ""
        if state == QUERY_CANCELED:
            raise TooSlow from error
        if not is_transient(error) and not state.startswith(NOT_READY):
            raise error
        now = time.monotonic()
        if self._away_since is None:
            logger.warning("database is away", extra=describe(error))
            self._away_since = now
        return now - self._away_since < PATIENCE


def create_read_only_engine(settings: Settings, service: str) -> AsyncEngine:
    """An engine whose sessions cannot write and whose statements cannot take long."""
    return create_engine(
        settings,
        service,
        statement_timeout=STATEMENT_TIMEOUT,
        pool_timeout=POOL_TIMEOUT,
        server_settings={
            "default_transaction_read_only": "on",
            # Filters and pages differ too much for one plan to fit all, and no answer takes long
            # enough to be worth compiling for.
            "plan_cache_mode": "force_custom_plan",
            "jit": "off",
        },
        isolation_level="AUTOCOMMIT",
    )


async def _reader(request: Request) -> Reader:
    reader: Reader = request.app.state.reader
    return reader


Reads = Annotated[Reader, Depends(_reader)]
