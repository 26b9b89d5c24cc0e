"""Runs a data migration: batch after batch along a key, resumable, beside live traffic.

A script says what to select, compute and update (see scripts/migrate_add_new_field.py); everything
else is here. One transaction holds one batch and the checkpoint behind it, so a run that dies at
any moment resumes after the last batch that was committed.

Must never hold locks longer than one batch, run one migration twice at the same time, or forget
where it was.

The journal is the table xtask.data_migrations in the migrated database itself: it travels with the
data in a backup and vanishes with a rebuild.
"""

import argparse
import asyncio
import hashlib
import json
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import asyncpg

from shared.python.database import connect
from shared.python.progress import Progress
from shared.python.settings import Settings, SettingsError

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

DONE: Final = 0
FAILED: Final = 1
# EX_TEMPFAIL: another process runs the same migration.
BUSY: Final = 75
# Stopped between two batches by SIGINT or SIGTERM; the next run resumes.
INTERRUPTED: Final = 130

BATCH: Final = 1000
LOCK_TIMEOUT: Final = "2s"
# Lock timeout and deadlock: a live writer came first. The batch is tried again.
LOCK_STATES: Final = frozenset({"55P03", "40P01"})

JOURNAL: Final = """
    CREATE SCHEMA IF NOT EXISTS xtask;
    CREATE TABLE IF NOT EXISTS xtask.data_migrations (
        name          text        PRIMARY KEY,
        script_sha256 text        NOT NULL,
        started_at    timestamptz NOT NULL DEFAULT now(),
        updated_at    timestamptz NOT NULL DEFAULT now(),
        finished_at   timestamptz,
        rows_done     bigint      NOT NULL DEFAULT 0,
        checkpoint    jsonb,
        outcome       text        NOT NULL
            CHECK (outcome IN ('running', 'interrupted', 'failed', 'finished'))
    )
"""


@dataclass(frozen=True, slots=True)
class DataMigration:
    """What a script has to say.

    select  rows that still need it, with their key as the first column, ordered by it: $1 is the
            key of the last row of the batch before, $2 the size of a batch
    compute the values of one row for update, or None to leave the row alone
    update  gets the values of a batch as arrays, one for each: $1, $2, ...
    count   how many rows still need it
    """

    script: str
    select: str
    compute: Callable[[asyncpg.Record], Sequence[Any] | None]
    update: str
    count: str
    # Comes before every key.
    first_key: Any = 0
    # The rows of a batch stay as they were read until it is committed.
    lock: str = "FOR NO KEY UPDATE"

    @property
    def name(self) -> str:
        """The NAME of scripts/migrate_NAME.py, by which the journal knows it."""
        return Path(self.script).stem.removeprefix("migrate_")

    @property
    def sha256(self) -> str:
        """Tells versions of the script apart."""
        return hashlib.sha256(Path(self.script).read_bytes()).hexdigest()


class BusyError(Exception):
    """Another process runs the same migration."""


class Run:
    """One run of a migration on one connection."""

    def __init__(self, connection: Connection, migration: DataMigration, batch: int) -> None:
        self._connection = connection
        self._migration = migration
        self._batch = batch
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Ends the run after the batch in hand."""
        self._stop.set()

    async def dry_run(self) -> str:
        """What there is to do; reads only."""
        migration = self._migration
        async with self._connection.transaction(readonly=True):
            count = await self._connection.fetchval(migration.count)
            rows = await self._connection.fetch(migration.select, migration.first_key, self._batch)
        changed = sum(migration.compute(row) is not None for row in rows)
        return (
            f"{migration.name}: {count:,} rows to look at; of the first {len(rows):,} "
            f"{changed:,} would be changed. Nothing was written."
        )

    async def run(self, *, again: bool) -> tuple[int, str]:
        """Exit code and what to tell. Raises BusyError when another process is at it."""
        await self._prepare()
        entry = await self._entry()
        if entry is not None and entry["outcome"] == "finished" and not again:
            return DONE, self._finished_before(entry)
        resumed = entry is not None and entry["outcome"] != "finished" and not again
        if entry is not None and resumed:
            self._tell_resume(entry)
        await self._begin(resumed=resumed)
        try:
            return await self._passes()
        except BaseException:
            # The server may be gone; then the entry goes on saying "running", without a lock on it.
            if not self._connection.is_closed():
                await self._note("failed")
            raise

    async def _prepare(self) -> None:
        if not await self._lock(f"data migration {self._migration.name}"):
            raise BusyError
        async with self._connection.transaction():
            # IF NOT EXISTS does not keep two sessions from creating the same thing at once.
            await self._connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('xtask.data_migrations', 0))"
            )
            await self._connection.execute("SET LOCAL client_min_messages = warning")
            await self._connection.execute(JOURNAL)

    async def _lock(self, name: str) -> bool:
        # Held by the session: a process that dies leaves none behind.
        return bool(
            await self._connection.fetchval(
                "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", name
            )
        )

    async def _entry(self) -> asyncpg.Record | None:
        return await self._connection.fetchrow(
            "SELECT * FROM xtask.data_migrations WHERE name = $1", self._migration.name
        )

    async def _begin(self, *, resumed: bool) -> None:
        kept = "" if resumed else ", started_at = now(), rows_done = 0, checkpoint = NULL"
        await self._connection.execute(
            "INSERT INTO xtask.data_migrations AS j (name, script_sha256, outcome) "
            "VALUES ($1, $2, 'running') ON CONFLICT (name) DO UPDATE SET outcome = 'running', "
            f"script_sha256 = excluded.script_sha256, updated_at = now(), finished_at = NULL{kept}",
            self._migration.name,
            self._migration.sha256,
        )

    async def _passes(self) -> tuple[int, str]:
        """Passes along the key until one finds nothing: a row may be committed behind the key."""
        entry = await self._entry()
        assert entry is not None  # noqa: S101
        done: int = entry["rows_done"]
        key = json.loads(entry["checkpoint"])["after"] if entry["checkpoint"] else None
        name = self._migration.name
        total = done + await self._connection.fetchval(self._migration.count)
        changed_in_pass = 0
        with Progress(name, total, already=done) as progress:
            while not self._stop.is_set():
                key, changed = await self._next_batch(key)
                done += changed
                changed_in_pass += changed
                progress.update(done)
                if key is None:
                    if not changed_in_pass:
                        await self._note("finished")
                        return DONE, f"{name}: finished, {done:,} rows changed."
                    changed_in_pass = 0
        await self._note("interrupted")
        return INTERRUPTED, f"{name}: interrupted after {done:,} rows; run it again to resume."

    async def _next_batch(self, key: Any) -> tuple[Any, int]:
        """The last key of the batch, None behind the last row; and how many rows were changed."""
        while True:
            try:
                return await self._try_batch(key)
            except asyncpg.PostgresError as error:
                if error.sqlstate not in LOCK_STATES:
                    raise
                if self._stop.is_set():
                    return key, 0
                sys.stderr.write(f"{self._migration.name}: a row is locked, trying again\n")

    async def _try_batch(self, key: Any) -> tuple[Any, int]:
        connection, migration = self._connection, self._migration
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
            after = migration.first_key if key is None else key
            rows = await connection.fetch(
                f"{migration.select} {migration.lock}", after, self._batch
            )
            values = [value for row in rows if (value := migration.compute(row)) is not None]
            if values:
                await connection.execute(migration.update, *map(list, zip(*values, strict=True)))
            last = rows[-1][0] if rows else None
            await connection.execute(
                "UPDATE xtask.data_migrations SET checkpoint = $2, rows_done = rows_done + $3, "
                "updated_at = now() WHERE name = $1",
                migration.name,
                None if last is None else json.dumps({"after": last}),
                len(values),
            )
        return last, len(values)

    async def _note(self, outcome: str) -> None:
        await self._connection.execute(
            "UPDATE xtask.data_migrations SET outcome = $2, updated_at = now(), "
            "finished_at = CASE WHEN $2 = 'finished' THEN now() END WHERE name = $1",
            self._migration.name,
            outcome,
        )

    def _changed_since(self, entry: asyncpg.Record) -> str:
        if entry["script_sha256"] == self._migration.sha256:
            return ""
        return " The script has changed since."

    def _finished_before(self, entry: asyncpg.Record) -> str:
        return (
            f"{self._migration.name}: finished already at "
            f"{entry['finished_at']:%Y-%m-%d %H:%M:%S} UTC, {entry['rows_done']:,} rows."
            f"{self._changed_since(entry)} --again runs it anew."
        )

    def _tell_resume(self, entry: asyncpg.Record) -> None:
        where = f"after {entry['checkpoint']}" if entry["checkpoint"] else "at the beginning"
        sys.stderr.write(
            f"{self._migration.name}: the last run ({entry['outcome']}) did not finish; "
            f"resuming {where}, {entry['rows_done']:,} rows are done.{self._changed_since(entry)}\n"
        )


def main(migration: DataMigration, words: list[str] | None = None) -> int:
    """The whole program of a migration script. Exit code: DONE, FAILED, BUSY, INTERRUPTED, or 2."""
    parser = argparse.ArgumentParser(
        prog=Path(migration.script).name,
        epilog="Exit code: 0 finished, 1 failed, 75 already running elsewhere, 130 interrupted. "
        "After 1 and 130 run it again; it resumes.",
    )
    parser.add_argument("--dry-run", action="store_true", help="tell what there is to do")
    parser.add_argument("--again", action="store_true", help="run from the start, even if finished")
    parser.add_argument("--batch", type=_positive, default=BATCH, metavar="ROWS",
                        help="rows in one transaction (default %(default)s)")  # fmt: skip
    given = parser.parse_args(words)
    try:
        code, told = asyncio.run(_main(migration, given))
    except BusyError:
        sys.stderr.write(f"{migration.name}: is running already; wait for it to end\n")
        return BUSY
    except (SettingsError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        sys.stderr.write(f"{migration.name}: failed: {error}\n")
        return FAILED
    sys.stdout.write(f"{told}\n")
    return code


def _positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 1_000_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rows")
    return int(text)


async def _main(migration: DataMigration, given: argparse.Namespace) -> tuple[int, str]:
    connection = await connect(Settings.from_environment(), f"migrate {migration.name}")
    try:
        run = Run(connection, migration, given.batch)
        if given.dry_run:
            return DONE, await run.dry_run()
        _stop_on_signal(run)
        return await run.run(again=given.again)
    finally:
        await connection.close()


def _stop_on_signal(run: Run) -> None:
    """The first SIGINT or SIGTERM ends the run after its batch, the second one at once."""
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)
        run.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
