"""The database goes away and comes back; nobody has to restart the api."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.api import reading
from services.api.application import create_application
from services.api.tests.conftest import client_of
from shared.python.settings import Settings

TERMINATE = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name LIKE 'api%'"
)


@pytest.fixture
async def empty(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(create_application(settings)) as made:
        yield made


async def test_requests_survive_terminated_backends(
    empty: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    statuses: list[int] = []
    terminated = 0
    async with engine.connect() as connection:
        for _ in range(10):
            requests = [asyncio.create_task(empty.get("/api/messages")) for _ in range(20)]
            await asyncio.wait(requests, return_when=asyncio.FIRST_COMPLETED)
            terminated += (await connection.execute(TERMINATE)).scalar_one()
            statuses += [(await request).status_code for request in requests]
            # Between requests, when every connection lies in the pool.
            terminated += (await connection.execute(TERMINATE)).scalar_one()
            statuses.append((await empty.get("/health")).status_code)
    assert terminated > 10
    # A health check may meet the moment its own connection is ended; a read never fails.
    assert statuses.count(200) >= len(statuses) - 10
    assert not [status for status in statuses if status >= 500 and status != 503]


async def test_a_query_that_is_ended_half_way_is_asked_again(
    empty: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    async with engine.connect() as locker, engine.connect() as killer:
        await locker.execute(text("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE"))
        request = asyncio.create_task(empty.get("/api/messages"))
        waiting = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'api' AND wait_event_type = 'Lock' "
            "AND datname = current_database()"
        )
        async with asyncio.timeout(5):
            while not (await killer.execute(waiting)).all():
                await killer.rollback()
        await locker.rollback()
        assert (await request).status_code == 200


async def test_a_query_that_takes_too_long_is_given_up(
    empty: httpx.AsyncClient, engine: AsyncEngine
) -> None:
    async with engine.connect() as locker:
        await locker.execute(text("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE"))
        async with asyncio.timeout(reading.READ_TIMEOUT):
            answer = await empty.get("/api/messages")
    assert answer.status_code == 504
    assert answer.json()["detail"]


async def test_without_a_server_the_answer_is_503_and_soon_immediate(settings: Settings) -> None:
    async with client_of(create_application(settings.with_database("osint_test_none"))) as client:
        health = await client.get("/health")
        assert (health.status_code, health.json()["database"]) == (503, "down")
        loop = asyncio.get_running_loop()
        for longest in (reading.PATIENCE + 1, 1.0):
            started = loop.time()
            answer = await client.get("/api/messages")
            assert loop.time() - started < longest
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0


async def test_the_api_cannot_write(settings: Settings) -> None:
    engine = reading.create_read_only_engine(settings, "api")
    async with engine.connect() as connection:
        with pytest.raises(Exception, match="read-only transaction"):
            await connection.execute(
                text("INSERT INTO channels (telegram_id, name) VALUES (1, 'x')")
            )
    await engine.dispose()
