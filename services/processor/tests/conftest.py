"""What several tests of the processor need: a connection, workers, and messages in the queue.

Must never wait a fixed time: `eventually` looks until a deadline.
"""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.processor.queue import Connection
from services.processor.worker import Worker
from shared.python.database import connect
from shared.python.service import Service
from shared.python.settings import Settings

DEADLINE = 30.0


@pytest.fixture
async def connection(settings: Settings) -> AsyncIterator[Connection]:
    made = await connect(settings, "pytest")
    yield made
    await made.close()


@asynccontextmanager
async def worker_in_process(settings: Settings) -> AsyncIterator[Worker]:
    """A worker as a task of this process."""
    service = Service("processor", settings)
    worker = Worker(service)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        service.drain.request()
        await asyncio.wait_for(task, DEADLINE)


async def start_process(settings: Settings) -> asyncio.subprocess.Process:
    """A worker as `python -m services.processor`, as it runs in production."""
    address = settings.address
    environment = os.environ | {
        "DATABASE_URL": "",
        "POSTGRES_HOST": address.host,
        "POSTGRES_PORT": str(address.port),
        "POSTGRES_DB": address.database,
        "POSTGRES_USER": address.user,
        "POSTGRES_PASSWORD": address.password or "",
        "PROCESSOR_PORT": str(settings.processor_port),
        "LOG_LEVEL": "WARNING",
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.processor", env=environment
    )


async def kill(process: asyncio.subprocess.Process) -> None:
    """End a process as the kernel does when memory is short."""
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
        await process.wait()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


async def eventually(condition: Callable[[], Awaitable[Any]]) -> None:
    """Return when the condition holds; TimeoutError when it does not within the deadline."""
    async with asyncio.timeout(DEADLINE):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def settled(connection: Connection) -> bool:
    """Whether no row of the queue is left to do."""
    return not await connection.fetchval(
        "SELECT exists(SELECT FROM ingest_queue WHERE status IN ('pending', 'processing'))"
    )


async def put(connection: Connection, **columns: Any) -> int:
    """Put one message into the queue; what is not given is believable."""
    row = {
        "telegram_channel_id": 1_500_000_000,
        "message_id": 1,
        "content": "Сьогодні вночі ворог завдав ракетного удару по місту Харків, поранено 5 людей.",
    } | columns
    date = row.pop("telegram_date", "2025-03-01 12:00+00")
    forward_date = row.pop("forward_date", None)
    delay = row.pop("delay", 0.0)
    names = ", ".join(row)
    values = ", ".join(f"${n}" for n in range(4, len(row) + 4))
    return int(
        await connection.fetchval(
            f"INSERT INTO ingest_queue (telegram_date, forward_date, available_at, {names}) "
            "VALUES ($1::text::timestamptz, $2::text::timestamptz, "
            f"now() + $3 * interval '1 second', {values}) RETURNING id",
            date,
            forward_date,
            delay,
            *row.values(),
        )
    )


async def add_channel(
    connection: Connection, telegram_id: int = 1_500_000_000, **columns: Any
) -> int:
    """Add a channel as the listener would."""
    row = {"telegram_id": telegram_id, "name": f"Channel {telegram_id}"} | columns
    values = ", ".join(f"${n}" for n in range(1, len(row) + 1))
    return int(
        await connection.fetchval(
            f"INSERT INTO channels ({', '.join(row)}) VALUES ({values}) RETURNING id", *row.values()
        )
    )


async def filed_once(connection: Connection) -> tuple[int, int]:
    """How many keys are filed, and how many rows there are for them in both tables together."""
    row = await connection.fetchrow("""
        WITH filed AS (
            SELECT channel_id, message_id FROM messages
            UNION ALL SELECT channel_id, telegram_message_id FROM message_quarantine)
        SELECT count(DISTINCT (channel_id, message_id)) AS keys, count(*) AS rows FROM filed""")
    assert row is not None
    return row["keys"], row["rows"]
