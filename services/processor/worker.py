"""The loop of the processor: wait, take a batch, judge it, write it, again.

One connection does everything, LISTEN included. Two transactions for each batch: `queue.take`
counts the attempt; the other writes the messages and the status of their rows together (see
queue.py for why that loses nothing). A row that PostgreSQL refuses is found by halving the batch,
and fails alone. Deliveries are at least once; the unique keys and the look into both tables (see
archive.py) make the rows exactly once.

Never holds a row while it waits for new ones, never treats an error of the server as the fault of a
row.
"""

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from services.processor import archive, queue
from services.processor.archive import Filed
from services.processor.intake import MalformedMessageError, QueuedMessage
from services.processor.judge import Judge
from services.processor.queue import Connection
from services.processor.rulebook import Rulebook
from services.processor.rules_source import RulesSource
from services.processor.text import content_hash
from shared.python.database import connect, is_transient, sqlstate
from shared.python.service import LONGEST_DELAY, Service, describe

BATCH = 250
POLL = 2.0
"""Seconds after which the worker looks without having been called."""
TIDY = 2.0
"""Seconds between rescues."""

# Data that does not fit, a constraint, a limit of the server, an exception of a trigger.
_FAULTS_OF_ROWS = ("22", "23", "54", "P0")

logger = logging.getLogger("processor")


class Worker:
    """Takes messages from the queue until the service is asked to end."""

    def __init__(self, service: Service) -> None:
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._service = service
        self._rules = RulesSource()
        self._called = asyncio.Event()
        self._tidied_at = 0.0
        self._facts: dict[str, Any] = {
            "worker": self.name,
            "queue_length": None,
            "last_batch": None,
        }

    def facts(self) -> Mapping[str, Any]:
        """What /health tells beyond the state of the database."""
        return self._facts

    async def run(self) -> None:
        """Work until the drain; errors of the database that waiting can heal are waited for."""
        await self._service.run_forever(self._work_connected)

    async def _work_connected(self) -> None:
        connection = await connect(self._service.settings, self._service.name)
        connection.add_termination_listener(self._call)
        ending = asyncio.create_task(self._call_on_drain())
        try:
            await connection.add_listener(queue.CHANNEL, self._call)
            self._tidied_at = 0.0
            while not self._service.drain:
                await self._work_once(connection)
        except asyncpg.PostgresError as error:
            if is_transient(error):
                raise
            # The schema or a privilege is wrong. A person has to act, and will not restart us.
            logger.exception("the database refuses the work")
            await self._service.drain.wait(LONGEST_DELAY)
        finally:
            ending.cancel()
            connection.terminate()

    async def _work_once(self, connection: Connection) -> None:
        self._called.clear()
        if time.monotonic() - self._tidied_at > TIDY:
            await self._tidy(connection)
        rulebook = await self._rules.current(connection)
        messages = await queue.take(connection, self.name, BATCH)
        if messages:
            await self._process(connection, messages, rulebook)
        elif not self._service.drain:
            await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(POLL):
                await self._called.wait()
        except TimeoutError:
            return

    def _call(self, *_: object) -> None:
        self._called.set()

    async def _call_on_drain(self) -> None:
        await self._service.drain.wait()
        self._call()

    async def _tidy(self, connection: Connection) -> None:
        rescued = await queue.rescue(connection, self.name)
        if rescued:
            dead = [row["id"] for row in rescued if row["status"] == "dead"]
            extra = {"rows": len(rescued), "set_aside": dead}
            logger.warning("rescued rows that nobody works on", extra=extra)
        self._facts["queue_length"] = await queue.length(connection)
        self._tidied_at = time.monotonic()

    async def _process(
        self, connection: Connection, messages: Sequence[QueuedMessage], rulebook: Rulebook
    ) -> None:
        started = time.monotonic()
        batch = Batch(connection, rulebook)
        try:
            async with connection.transaction():
                await batch.process(await queue.hold(connection, self.name, messages))
        except asyncpg.PostgresError as error:
            if not connection.is_closed():
                reason = f"not the fault of the row: SQLSTATE {sqlstate(error)}"
                await queue.give_back(connection, self.name, messages, reason)
            raise
        self._facts["last_batch"] = {
            "finished_at": time.time(),
            "seconds": round(time.monotonic() - started, 4),
            "taken": len(messages),
            "archived": batch.filed.archived,
            "quarantined": batch.filed.quarantined,
            "failed": len(batch.failures),
        }
        logger.info("batch", extra=self._facts["last_batch"])


class Batch:
    """One batch inside its transaction."""

    def __init__(self, connection: Connection, rulebook: Rulebook) -> None:
        self.filed = Filed()
        self.failures: list[tuple[QueuedMessage, str]] = []
        self._connection = connection
        self._rulebook = rulebook

    async def process(self, messages: Sequence[QueuedMessage]) -> None:
        """File the messages and settle their rows."""
        await self._file(messages)
        failed = {message.id for message, _ in self.failures}
        await queue.finish(self._connection, [m for m in messages if m.id not in failed])
        if self.failures:
            for row in await queue.fail(self._connection, self.failures):
                logger.warning("a row of the queue failed", extra=dict(row))

    async def _file(self, messages: Sequence[QueuedMessage]) -> None:
        """File the messages; if one cannot be, the others still are."""
        known_failures = len(self.failures)
        try:
            async with self._connection.transaction():
                filed = await self._judge_and_file(messages)
        except asyncpg.PostgresError as error:
            del self.failures[known_failures:]
            if (sqlstate(error) or "")[:2] not in _FAULTS_OF_ROWS:
                raise
            if len(messages) == 1:
                self.failures.append((messages[0], f"SQLSTATE {sqlstate(error)}: {error}"))
                return
            middle = len(messages) // 2
            await self._file(messages[:middle])
            await self._file(messages[middle:])
        else:
            self.filed = Filed(
                self.filed.archived + filed.archived, self.filed.quarantined + filed.quarantined
            )

    async def _judge_and_file(self, messages: Sequence[QueuedMessage]) -> Filed:
        sound = [message for message in messages if self._is_sound(message)]
        new = await archive.lock_new(self._connection, sound)
        if not new:
            return Filed()
        channels = await archive.find_channels(
            self._connection, (message.telegram_channel_id for message in new)
        )
        hashes = {message.id: content_hash(message.content) for message in new}
        copies = await archive.find_copies(self._connection, hashes.values())
        judge = Judge(self._rulebook, channels, copies)
        judged = []
        for message in new:
            try:
                judged.append(judge.judge(message, hashes[message.id]))
            except Exception as error:  # noqa: BLE001  (a defect that one text shows must not stop the others)
                self.failures.append((message, f"{type(error).__qualname__}: {error}"))
                logger.error("a message could not be judged", extra=describe(error))
        return await archive.file_messages(self._connection, judged, self._rulebook.prompt_version)

    def _is_sound(self, message: QueuedMessage) -> bool:
        try:
            message.check()
        except MalformedMessageError as error:
            self.failures.append((message, str(error)))
            return False
        return True
