"""The service as a process: signals, kill -9, lost connections, /health.

Must never signal a process that the test did not start.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from services.enrichment.tests.conftest import Archive
from shared.python.settings import Settings

ROOT = Path(__file__).parents[3]
LIMIT = 30.0
EMBEDDED = "SELECT count(*) FROM messages WHERE content_embedding IS NOT NULL"
TAGGED = "SELECT count(*) FROM message_tags WHERE tag_type = 'keyword'"

Process = asyncio.subprocess.Process
Start = Callable[[], Awaitable[Process]]


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        port: int = made.getsockname()[1]
        return port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
async def start(settings: Settings, port: int) -> AsyncIterator[Start]:
    """Starts the service on the database of the test."""
    address = settings.address
    login = quote(address.user) + (f":{quote(address.password)}" if address.password else "")
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{login}@/{address.database}"
        f"?host={quote(address.host, safe='')}&port={address.port}&sslmode={address.sslmode}",
        "SERVICE_HOST": "127.0.0.1",
        "ENRICHMENT_PORT": str(port),
    }
    started: list[Process] = []

    async def run() -> Process:
        if started:
            environment["ENRICHMENT_PORT"] = str(free_port())
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.enrichment",
            cwd=ROOT,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def until(archive: Archive, query: str, reached: Callable[[Any], bool]) -> None:
    """Waits as long as the value moves: how fast it does is the machine's affair."""
    before, deadline = None, time.monotonic() + LIMIT
    while not reached(value := await archive.value(query)):
        if value != before:
            before, deadline = value, time.monotonic() + LIMIT
        assert time.monotonic() < deadline, f"still {value}"
        await asyncio.sleep(0.02)


async def stop(process: Process) -> list[dict[str, Any]]:
    """Ends the process with SIGTERM; gives its log."""
    process.send_signal(signal.SIGTERM)
    output, _ = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    return [json.loads(line) for line in output.splitlines()]


async def test_everything_is_enriched_and_sigterm_ends_with_0(
    archive: Archive, start: Start
) -> None:
    await archive.messages(await archive.channel(), 50)
    process = await start()
    await until(archive, EMBEDDED, lambda count: count == 50)
    await until(archive, TAGGED, lambda count: count == 50)
    await until(
        archive,
        "SELECT count(*) FROM materialized_view_refresh_log WHERE status = 'completed'",
        lambda count: count == 4,
    )
    log = await stop(process)
    assert [line["message"] for line in log] == ["started", "draining", "stopped"]


async def test_sigterm_in_the_middle_loses_and_doubles_nothing(
    archive: Archive, start: Start
) -> None:
    await archive.messages(await archive.channel(), 5000)
    process = await start()
    await until(archive, EMBEDDED, lambda count: count > 0)
    await stop(process)
    await check_resumes(archive, start, 5000)


async def test_kill_9_in_the_middle_loses_and_doubles_nothing(
    archive: Archive, start: Start
) -> None:
    await archive.messages(await archive.channel(), 5000)
    process = await start()
    await until(archive, EMBEDDED, lambda count: count > 200)
    process.kill()
    await process.wait()
    await check_resumes(archive, start, 5000)


async def check_resumes(archive: Archive, start: Start, count: int) -> None:
    embedded = await archive.value(EMBEDDED)
    assert 0 < embedded < count
    position = "SELECT last_processed_id FROM enrichment_progress WHERE task_name = 'embedding'"
    below = f"SELECT count(*) FROM messages WHERE id <= ({position})"
    assert await archive.value(below) == embedded
    process = await start()
    await until(archive, EMBEDDED, lambda done: done == count)
    await until(archive, TAGGED, lambda done: done == count)
    await stop(process)


async def test_terminated_connections_are_replaced(archive: Archive, start: Start) -> None:
    await archive.messages(await archive.channel(), 3000)
    process = await start()
    await until(archive, EMBEDDED, lambda count: count > 0)
    for _ in range(5):
        await archive.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'enrichment%' AND datname = current_database()"
        )
        await asyncio.sleep(0.05)
    await until(archive, EMBEDDED, lambda count: count == 3000)
    await until(archive, TAGGED, lambda count: count == 3000)
    await stop(process)


async def test_two_processes_do_the_work_once(archive: Archive, start: Start) -> None:
    await archive.messages(await archive.channel(), 2000)
    processes = [await start(), await start()]
    await until(archive, EMBEDDED, lambda count: count == 2000)
    await until(archive, TAGGED, lambda count: count == 2000)
    for process in processes:
        log = await stop(process)
        assert not [line for line in log if line["level"] in ("warning", "error", "critical")]


async def test_a_batch_that_takes_too_long_is_rolled_back_at_the_end(
    archive: Archive, start: Start
) -> None:
    await archive.messages(await archive.channel(), 10)
    await archive.execute(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'"
    )
    await archive.execute(
        "CREATE TRIGGER wait BEFORE UPDATE OF content_embedding ON messages"
        " FOR EACH ROW EXECUTE FUNCTION wait()"
    )
    process = await start()
    sleeping = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event = 'PgSleep'"
    )
    await until(archive, sleeping, lambda count: count == 1)
    log = await stop(process)
    assert log[-2]["message"] == "batch cancelled and rolled back: it took too long"
    await until(archive, sleeping, lambda count: count == 0)
    assert await archive.value(EMBEDDED) == 0


async def test_health_tells_about_the_tasks(archive: Archive, start: Start, port: int) -> None:
    await archive.messages(await archive.channel(), 10)
    process = await start()
    await until(archive, EMBEDDED, lambda count: count == 10)
    async with httpx.AsyncClient() as client:
        deadline = time.monotonic() + LIMIT
        while True:
            response = await client.get(f"http://127.0.0.1:{port}/health")
            body = response.json()
            if body.get("tasks", {}).get("embedding", {}).get("done") == 10:
                break
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    assert response.status_code == 200
    assert (body["status"], body["service"], body["database"]) == ("healthy", "enrichment", "up")
    assert body["tasks"]["tagging"]["failures"] == 0
    await stop(process)
