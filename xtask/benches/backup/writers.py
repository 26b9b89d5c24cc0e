"""Four writers that insert one row after the other until their stdin is closed.

Prints the seconds of the longest time that one of them had no answer, and how
many rows they were told are written.
"""

import asyncio
import contextlib
import sys
import time

import asyncpg

from shared.python.database import connect
from shared.python.settings import Settings

WRITERS = 4
STATEMENT = "INSERT INTO bench_writes (writer) VALUES ($1)"
AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


async def write(number: int, done: asyncio.Event) -> tuple[float, int]:
    """The longest time without an answer, and the rows that were answered for."""
    settings = Settings.from_environment()
    longest, rows, answered = 0.0, 0, time.perf_counter()
    while not done.is_set():
        try:
            connection = await connect(settings, f"writer {number}")
        except AWAY:
            await asyncio.sleep(0.005)
            continue
        with contextlib.suppress(*AWAY):
            while not done.is_set():
                await connection.execute(STATEMENT, number)
                now = time.perf_counter()
                longest, answered, rows = max(longest, now - answered), now, rows + 1
                await asyncio.sleep(0.002)
        connection.terminate()
    return longest, rows


async def main() -> None:
    """Until nobody holds the other end of stdin."""
    done = asyncio.Event()
    writers = [asyncio.create_task(write(number, done)) for number in range(WRITERS)]
    await asyncio.sleep(0.5)
    sys.stdout.write("writing\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await asyncio.sleep(0.5)
    done.set()
    ended = await asyncio.gather(*writers)
    sys.stdout.write(f"{max(gap for gap, _ in ended):.6f} {sum(rows for _, rows in ended)}\n")


if __name__ == "__main__":
    asyncio.run(main())
