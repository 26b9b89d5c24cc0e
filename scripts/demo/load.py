"""Copies the demo archive into a database in one transaction: all of it, or nothing.

It must never touch a row it did not make, and never leave a sequence behind the rows.
"""

import asyncio
import json
from collections import Counter
from typing import Any, Final, TypeAlias
from uuid import UUID

import asyncpg

from scripts.demo.archive import Archive
from scripts.demo.plan import Plan
from scripts.demo.tables import COLUMNS, Batch
from shared.python.progress import Progress

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

MARK: Final = "demo.seed"
# admin_audit_log: automated jobs use the all-zero uuid.
JOB: Final = UUID(int=0)
# init.sql fills these, so rows in them are no sign of an archive in use.
SEEDED: Final = frozenset({"rss_feeds", "user_roles"})
# Sorting many words at once is what makes a GIN index fast to fill.
MEMORY: Final = {
    "gin_pending_list_limit": "16MB",
    "maintenance_work_mem": "256MB",
    "work_mem": "64MB",
    "lock_timeout": "10s",
}


class LoadError(Exception):
    """Why nothing was loaded, with what to do."""


async def present(connection: Connection) -> dict[str, Any] | None:
    """The plan of the demo data that is already there."""
    details = await connection.fetchval(
        "SELECT details FROM admin_audit_log WHERE action = $1 ORDER BY id DESC LIMIT 1", MARK
    )
    return None if details is None else dict(json.loads(details))


async def require_platform(connection: Connection) -> None:
    """Refuses a database that init.sql has not been run on."""
    if await connection.fetchval("SELECT to_regprocedure('public.schema_ready()')") is None:
        name = await connection.fetchval("SELECT current_database()")
        raise LoadError(
            f"{name} is not a platform database: schema_ready() is missing. "
            "Build it with: cargo xtask db-rebuild"
        )


async def foreign_tables(connection: Connection) -> list[str]:
    """Tables that hold rows although no demo data was ever loaded."""
    return [
        table
        for table in sorted(COLUMNS.keys() - SEEDED)
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})")
    ]


async def load(connection: Connection, plan: Plan, *, beside_real_rows: bool) -> Counter[str]:
    """Loads everything and says how many rows each table got."""
    async with connection.transaction():
        for name, value in MEMORY.items():
            await connection.execute("SELECT set_config($1, $2, true)", name, value)
        # Writers wait and readers go on, so that the keys taken here stay free until the end.
        await connection.execute(f"LOCK TABLE {', '.join(COLUMNS)} IN SHARE ROW EXCLUSIVE MODE")
        if await present(connection) is not None:
            raise LoadError("another run has just loaded demo data")
        if not beside_real_rows and (tables := await foreign_tables(connection)):
            raise LoadError(
                f"this database holds rows that are not demo data, in {', '.join(tables)}. "
                "With --yes the demo data is put beside them; nothing is changed or removed."
            )
        archive = Archive(plan, await _last_ids(connection))
        counted = await _copy_all(connection, archive, plan)
        await _set_sequences(connection)
        await connection.execute(
            "INSERT INTO admin_audit_log (kratos_identity_id, action, resource_type, details, "
            "created_at) "
            "VALUES ($1, $2, 'archive', $3, $4)",
            JOB, MARK, json.dumps(plan.as_json()), plan.end,
        )  # fmt: skip
    # Besides statistics: visibility maps, and no pending entries in the GIN indexes.
    await connection.execute(f"VACUUM (ANALYZE) {', '.join(COLUMNS)}, admin_audit_log")
    return counted


async def _copy_all(connection: Connection, archive: Archive, plan: Plan) -> Counter[str]:
    counted: Counter[str] = Counter()
    batches = archive.batches()

    def following() -> Batch | None:
        return next(batches, None)

    with Progress("messages", plan.messages) as progress:
        # The next batch is made while the server still works on this one.
        ahead = asyncio.create_task(asyncio.to_thread(following))
        while (batch := await ahead) is not None:
            ahead = asyncio.create_task(asyncio.to_thread(following))
            for table, columns in COLUMNS.items():
                rows = batch.get(table)
                if rows:
                    await connection.copy_records_to_table(table, records=rows, columns=columns)
                    counted[table] += len(rows)
            progress.update(counted["messages"])
    return counted


async def _last_ids(connection: Connection) -> dict[str, int]:
    """The highest key each table has handed out or holds."""
    last = {}
    for table in _with_identity():
        last[table] = await connection.fetchval(
            f"SELECT greatest((SELECT max(id) FROM {table}), "
            f"pg_sequence_last_value(pg_get_serial_sequence('{table}', 'id')), 0)"
        )
    return last


async def _set_sequences(connection: Connection) -> None:
    for table in _with_identity():
        # Never backwards, and not at all for a table without rows.
        await connection.execute(
            f"SELECT setval(sequence, top) FROM (SELECT pg_get_serial_sequence('{table}', 'id') "
            f"AS sequence, "
            f"max(id) AS top FROM {table}) AS t "
            "WHERE top > coalesce(pg_sequence_last_value(sequence), 0)"
        )


def _with_identity() -> list[str]:
    return [table for table, columns in COLUMNS.items() if columns[0] == "id"]
