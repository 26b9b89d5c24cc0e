"""Connections: what counts as lost, commit and rollback, and the probe."""

from types import SimpleNamespace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from shared.python import database
from shared.python.settings import Settings

COUNT = text("SELECT count(*) FROM channels")
INSERT = text("INSERT INTO channels (telegram_id, name) VALUES (1, 'one')")
TERMINATE = "SELECT pg_terminate_backend($1)"


def request(engine: AsyncEngine) -> HTTPConnection:
    state = SimpleNamespace(sessions=database.create_sessions(engine))
    return HTTPConnection({"type": "http", "app": SimpleNamespace(state=state)})


async def test_get_db_commits_on_success(engine: AsyncEngine) -> None:
    async for session in database.get_db(request(engine)):
        await session.execute(INSERT)
    async with engine.connect() as connection:
        assert (await connection.execute(COUNT)).scalar_one() == 1


async def test_get_db_rolls_back_on_an_error(engine: AsyncEngine) -> None:
    dependency = database.get_db(request(engine))
    session = await anext(dependency)
    await session.execute(INSERT)
    with pytest.raises(RuntimeError, match="broken"):
        await dependency.athrow(RuntimeError("broken"))  # type: ignore[attr-defined]
    async with engine.connect() as connection:
        assert (await connection.execute(COUNT)).scalar_one() == 0


async def test_a_terminated_backend_is_a_disconnect(
    engine: AsyncEngine, settings: Settings
) -> None:
    killer = await database.connect(settings, "killer")
    async with engine.connect() as connection:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        assert await killer.fetchval(TERMINATE, pid)
        with pytest.raises(DBAPIError) as raised:
            await connection.execute(COUNT)
    assert database.is_disconnect(raised.value)
    await killer.close()
    async with engine.connect() as connection:
        assert (await connection.execute(COUNT)).scalar_one() == 0


async def test_a_fault_of_the_statement_is_no_disconnect(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as raised:
            await connection.execute(text("SELECT 1 / 0"))
    assert database.sqlstate(raised.value) == "22012"
    assert not database.is_transient(raised.value)


@pytest.mark.parametrize("error", [ConnectionRefusedError(), OSError(), TimeoutError(), EOFError()])
def test_an_unreachable_server_is_a_disconnect(error: Exception) -> None:
    assert database.is_disconnect(error)


async def test_sessions_are_named_and_in_utc(settings: Settings) -> None:
    connection = await database.connect(settings, "me", statement_timeout=1.5)
    for name, value in (
        ("application_name", "me"),
        ("timezone", "UTC"),
        ("statement_timeout", "1500ms"),
    ):
        assert await connection.fetchval("SELECT current_setting($1)", name) == value
    await connection.close()


async def test_the_probe_recovers_by_itself(settings: Settings) -> None:
    killer = await database.connect(settings, "killer")
    async with database.Probe(settings, "probe") as probe:
        assert await probe.answers()
        await killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'probe' AND datname = current_database()"
        )
        await probe.answers()
        assert await probe.answers()
    await killer.close()


async def test_waiting_for_a_database_that_is_not_there_ends(settings: Settings) -> None:
    await database.wait_for_database(settings, "pytest", limit=5)
    with pytest.raises(TimeoutError):
        await database.wait_for_database(
            settings.with_database("osint_test_none"), "pytest", limit=0.3
        )
