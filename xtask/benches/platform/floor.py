"""The floor of the benchmark: messages into the archive, one bare statement after the other.

Prints the seconds for as many messages as the first argument says.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime

from shared.python.database import connect
from shared.python.settings import Settings

STATEMENT = """
    INSERT INTO messages (channel_id, message_id, content, telegram_date)
    VALUES ($1, $2, $3, $4) ON CONFLICT (channel_id, message_id) DO NOTHING
"""


async def main(count: int) -> float:
    """Seconds for this many messages."""
    connection = await connect(Settings.from_environment(), "floor")
    channel = await connection.fetchval("SELECT min(id) FROM channels")
    first = await connection.fetchval("SELECT coalesce(max(message_id), 0) + 1 FROM messages")
    now = datetime.now(UTC)
    started = time.perf_counter()
    for number in range(first, first + count):
        text = f"Ракетний удар по Харкову, є поранені №{number}" + " деталі уточнюються" * (
            number % 10
        )
        await connection.execute(STATEMENT, channel, number, text, now)
    seconds = time.perf_counter() - started
    await connection.close()
    return seconds


if __name__ == "__main__":
    sys.stdout.write(f"{asyncio.run(main(int(sys.argv[1]))):.6f}\n")
