"""pytest plugin: every test gets a real database of its own, cloned from one made of init.sql.

Must never touch a database whose name does not begin with osint_test_: the address in the
environment only says on which server to make them.

    osint_test_<hash>                       the template; hash: of init.sql
    osint_test_<hash>_<run>_<worker>_<n>    a clone; run: shared by the workers of one pytest run

Each worker holds an advisory lock on its run, so that a later run can tell leftovers from databases
in use.
"""

import asyncio
import hashlib
import itertools
import os
import re
import secrets
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.python import database
from shared.python.settings import Settings, SettingsError

INIT_SQL = Path(__file__).parents[2] / "infrastructure" / "postgres" / "init.sql"
PREFIX = "osint_test_"
CLONE = re.compile(PREFIX + r"[0-9a-f]{12}_(?P<run>[0-9a-f]{8})_[a-z0-9]+_[0-9]+")
# Advisory locks count per database. Nothing else happens in this one.
MAINTENANCE_DATABASE = "postgres"
POOL_SIZE = 5

Result = TypeVar("Result")


class TestDatabases:
    """Makes and drops databases, one after the other, on a thread and a connection of its own.

    A spare clone is made while a test runs, so that the next test need not wait for it.
    """

    __test__ = False

    def __init__(self, server: Settings, run: str, worker: str) -> None:
        self._server = server.with_database(MAINTENANCE_DATABASE)
        script = INIT_SQL.read_bytes()
        self._script = script.decode()
        self._template = PREFIX + hashlib.sha256(script).hexdigest()[:12]
        self._run = run
        self._names = (f"{self._template}_{run}_{worker}_{n}" for n in itertools.count())
        self._existing: set[str] = set()
        self._turn = asyncio.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection = self._start(database.connect(self._server, "pytest")).result()
        self._start(self._prepare()).result()
        self._spare = self._start(self._clone())

    def create(self) -> Settings:
        """A new database, as init.sql leaves it."""
        name = self._spare.result()
        self._spare = self._start(self._clone())
        return replace(self._server, pool_size=POOL_SIZE).with_database(name)

    def drop(self, settings: Settings) -> None:
        """Drops a database in the background, and disconnects whoever still uses it."""
        self._start(self._drop(settings.address.database))

    def close(self) -> None:
        """Drops everything that is left."""
        self._start(self._end()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _start(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _prepare(self) -> None:
        await self._lock("pg_advisory_lock_shared", self._run)
        await self._drop_leftovers()
        await self._lock("pg_advisory_lock", self._template)
        if self._template not in await self._databases():
            await self._build_template()
        await self._lock("pg_advisory_unlock", self._template)

    async def _build_template(self) -> None:
        # Under another name until it is complete: this may be interrupted.
        unfinished = f"{self._template}_unfinished"
        await self._connection.execute(f"DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")
        await self._connection.execute(f"CREATE DATABASE {unfinished} TEMPLATE template0")
        connection = await database.connect(self._server.with_database(unfinished), "pytest")
        try:
            await connection.execute(self._script)
        finally:
            await connection.close()
        await self._connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {self._template}")

    async def _drop_leftovers(self) -> None:
        for name in await self._databases():
            clone = CLONE.fullmatch(name)
            if clone is None or not await self._lock("pg_try_advisory_lock", clone["run"]):
                continue
            try:
                await self._connection.execute(f"DROP DATABASE IF EXISTS {name}")
            except asyncpg.ObjectInUseError:
                # Somebody looks into it, or the drop of another run came first.
                pass
            finally:
                await self._lock("pg_advisory_unlock", clone["run"])

    async def _clone(self) -> str:
        async with self._turn:
            name = next(self._names)
            self._existing.add(name)
            await self._connection.execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
            return name

    async def _drop(self, name: str) -> None:
        async with self._turn:
            await self._connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            self._existing.discard(name)

    async def _end(self) -> None:
        await asyncio.wrap_future(self._spare)
        for name in sorted(self._existing):
            await self._drop(name)
        await self._connection.close()

    async def _databases(self) -> list[str]:
        rows = await self._connection.fetch(
            "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", PREFIX
        )
        return [row["datname"] for row in rows]

    async def _lock(self, function: str, name: str) -> bool:
        statement = f"SELECT {function}(hashtextextended($1, 0))"
        return bool(await self._connection.fetchval(statement, PREFIX + name))


def pytest_sessionstart() -> None:
    """Refuses to run without the address of a server."""
    try:
        Settings.from_environment()
    except SettingsError as error:
        message = f"the tests need a PostgreSQL server to make databases on. {error}"
        raise pytest.UsageError(message) from None


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests and fixtures run on asyncio, as the services do."""
    return "asyncio"


@pytest.fixture(scope="session")
def databases() -> Iterator[TestDatabases]:
    """Makes databases for tests that need several, or one for a whole module."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", secrets.token_hex())[:8]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    made = TestDatabases(Settings.from_environment(), run, worker)
    yield made
    made.close()


@pytest.fixture
def settings(databases: TestDatabases) -> Iterator[Settings]:
    """Settings that lead to a new database, for this test alone."""
    made = databases.create()
    yield made
    databases.drop(made)


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """An engine on the database of this test."""
    made = database.create_engine(settings, "pytest")
    yield made
    await made.dispose()


@pytest.fixture
async def session(engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """A session on the database of this test. What is not committed is rolled back."""
    async with database.create_sessions(engine)() as made:
        yield made
