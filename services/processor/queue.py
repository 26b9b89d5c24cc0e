"""Statements on ingest_queue: take, hold, finish, set aside, rescue.

A row is taken in a short transaction that counts the attempt, and is then held by a row lock in the
transaction that writes its message and its status done. The count is committed before the work
begins, so a row that kills its worker is counted too; the row lock is the proof that somebody works
on it. PostgreSQL drops the lock when the worker, its connection or the server dies, whatever the
cause; a processing row that nobody has locked is therefore a leftover and goes back. There is no
lease to extend, and a worker that is slow is not mistaken for a dead one.

    killed before `take` commits        nothing has happened
    killed between `take` and `hold`    processing, not locked: rescued after GRACE
    killed before the writing commits   message and status roll back together: rescued, done again
    killed after it has committed       done, and nobody takes it again
    stopped between `take` and `hold`   if another rescues meanwhile, `hold` leaves the row to it

Rows that have been taken before are taken alone. If one of them kills the worker, its neighbours
are not counted with it, and the last attempt condemns nobody else.

Never changes a row that another worker holds, and never deletes one.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import asyncpg

from services.processor.intake import MAX_TEXT, QueuedMessage

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

CHANNEL = "ingest_queue"
MAX_ATTEMPTS = 3
MAX_UNFINISHED = 6
"""Attempts that nobody ended: a worker or server that died is rarely the fault of the row in hand,
and three outages in a row must not condemn it."""
GRACE = 10.0
"""Seconds for the moment between `take` and `hold`, in which nothing is locked."""
BACKOFF = 1.0
"""Seconds until the second attempt; the third waits four times as long."""
COUNTED_AT_MOST = 100_000

_LONGEST_ERROR = 2_000

_TAKE = f"""
WITH due AS MATERIALIZED (
    SELECT id, attempts, available_at FROM ingest_queue
    WHERE status = 'pending' AND available_at <= now()
    ORDER BY available_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
), head AS (
    SELECT id, attempts FROM due ORDER BY available_at, id LIMIT 1
)
UPDATE ingest_queue AS q
SET status = 'processing', attempts = q.attempts + 1, locked_at = now(), locked_by = $1
FROM due, head
WHERE q.id = due.id AND (due.id = head.id OR (due.attempts = 0 AND head.attempts = 0))
RETURNING q.id, q.attempts, q.telegram_channel_id, q.message_id, q.media_type, q.views, q.forwards,
    q.replied_to_message_id, q.forward_from_channel_id, q.forward_from_message_id,
    left(q.content, {MAX_TEXT + 1}) AS content,
    extract(epoch FROM now())::float8 AS taken_at,
    extract(epoch FROM q.telegram_date)::float8 AS posted_at,
    extract(epoch FROM q.forward_date)::float8 AS forwarded_at,
    q.payload <> '{{}}' AS has_payload
"""

_HOLD = """
SELECT id FROM ingest_queue
WHERE id = ANY($1::bigint[]) AND status = 'processing' AND locked_by = $2
FOR UPDATE SKIP LOCKED
"""

_FINISH = (
    "UPDATE ingest_queue SET status = 'done', finished_at = now() WHERE id = ANY($1::bigint[])"
)

_FAIL = f"""
UPDATE ingest_queue AS q
SET status = CASE WHEN q.attempts >= {MAX_ATTEMPTS} THEN 'dead' ELSE 'pending' END,
    finished_at = CASE WHEN q.attempts >= {MAX_ATTEMPTS} THEN now() END,
    available_at = now() + {BACKOFF} * power(4, q.attempts - 1) * interval '1 second',
    last_error = failed.error
FROM unnest($1::bigint[], $2::text[]) AS failed (id, error)
WHERE q.id = failed.id
RETURNING q.id, q.attempts, q.status
"""

_GIVE_BACK = """
UPDATE ingest_queue SET status = 'pending', attempts = attempts - 1, last_error = $3
WHERE id = ANY($1::bigint[]) AND status = 'processing' AND locked_by = $2
"""

_RESCUE = f"""
WITH lost AS MATERIALIZED (
    SELECT id FROM ingest_queue
    WHERE status = 'processing'
        AND (locked_by = $1 OR locked_at < now() - {GRACE} * interval '1 second')
    FOR UPDATE SKIP LOCKED
)
UPDATE ingest_queue AS q
SET status = CASE WHEN q.attempts >= {MAX_UNFINISHED} THEN 'dead' ELSE 'pending' END,
    finished_at = CASE WHEN q.attempts >= {MAX_UNFINISHED} THEN now() END,
    last_error = format('attempt %s was never finished: worker %s or the server died',
                        q.attempts, q.locked_by)
FROM lost
WHERE q.id = lost.id
RETURNING q.id, q.attempts, q.status
"""

_LENGTH = f"""
SELECT count(*) FROM (
    SELECT FROM ingest_queue WHERE status = 'pending' LIMIT {COUNTED_AT_MOST}) AS pending
"""


async def take(connection: Connection, worker: str, limit: int) -> list[QueuedMessage]:
    """Take the rows that are due, oldest first: new ones together, one tried before alone."""
    rows = await connection.fetch(_TAKE, worker, limit)
    return sorted((QueuedMessage.from_row(row) for row in rows), key=lambda message: message.id)


async def hold(
    connection: Connection, worker: str, messages: Sequence[QueuedMessage]
) -> list[QueuedMessage]:
    """Lock taken rows until the transaction ends, without those that were rescued from us."""
    held = {row["id"] for row in await connection.fetch(_HOLD, [m.id for m in messages], worker)}
    return [message for message in messages if message.id in held]


async def finish(connection: Connection, messages: Iterable[QueuedMessage]) -> None:
    """Mark rows done, in the transaction that has written their messages."""
    await connection.execute(_FINISH, [message.id for message in messages])


async def fail(
    connection: Connection, failures: Sequence[tuple[QueuedMessage, str]]
) -> list[asyncpg.Record]:
    """Put failed rows back for later, or set them aside after the third attempt."""
    # PostgreSQL stores no NUL, and an error may quote one.
    errors = [error.replace("\0", "")[:_LONGEST_ERROR] for _, error in failures]
    ids = [message.id for message, _ in failures]
    rows: list[asyncpg.Record] = await connection.fetch(_FAIL, ids, errors)
    return rows


async def give_back(
    connection: Connection, worker: str, messages: Iterable[QueuedMessage], error: str
) -> None:
    """Undo a take that failed for a reason that is not in the rows."""
    await connection.execute(_GIVE_BACK, [m.id for m in messages], worker, error[:_LONGEST_ERROR])


async def rescue(connection: Connection, worker: str) -> list[asyncpg.Record]:
    """Put back what dead workers have left, and this one, which must have nothing in hand."""
    rows: list[asyncpg.Record] = await connection.fetch(_RESCUE, worker)
    return rows


async def length(connection: Connection) -> int:
    """Rows to do, counted up to COUNTED_AT_MOST."""
    return int(await connection.fetchval(_LENGTH))
