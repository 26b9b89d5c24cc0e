"""What every service does: log lines of JSON, a drain on SIGTERM, patience with the database,
and a /health listener for the services that are not an API.

Must never log a secret or, at info and above, the text of a message; must never take longer than
DRAIN_LIMIT to end.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shared.python import __version__
from shared.python.database import Probe, is_transient, sqlstate
from shared.python.settings import Settings, SettingsError

DRAIN_LIMIT = 9.0
FIRST_DELAY = 0.1
LONGEST_DELAY = 2.0

REQUEST_LIMIT = 8 * 1024
REQUEST_SECONDS = 5.0

logger = logging.getLogger("service")

_PLAIN_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    # uvicorn's, the same message with terminal colours.
    "color_message",
}


class JsonFormatter(logging.Formatter):
    """One JSON object per line: ts, level, service, message, and what was given as `extra`."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The line, without the line break."""
        line = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _PLAIN_RECORD}
        if record.exc_info and record.exc_info[1]:
            line |= describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def describe(error: BaseException) -> dict[str, Any]:
    """An error for the log: its class, SQLSTATE and the places it went through.

    Not its text: SQLAlchemy and PostgreSQL quote the values of the statement there.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "error": type(error).__qualname__,
        "sqlstate": sqlstate(error),
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
    }


def configure_logging(service: str, level: str) -> None:
    """Sends every log record of the process to standard output as JSON."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(handlers=[handler], level=level, force=True)


class Drain:
    """Whether the service has been asked to end. The second signal ends it at once."""

    def __init__(self) -> None:
        self._requested = asyncio.Event()

    def __bool__(self) -> bool:
        return self._requested.is_set()

    def request(self) -> None:
        """Asks for the end, as a signal does."""
        self._requested.set()

    async def wait(self, seconds: float | None = None) -> bool:
        """Sleeps until the drain is requested, at most for the given time; true when it was."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._requested.wait(), seconds)
        return bool(self)

    def listen_to_signals(self) -> None:
        """From now on SIGTERM and SIGINT request the drain."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal, number)

    def _on_signal(self, number: signal.Signals) -> None:
        if self:
            os._exit(128 + number)
        logger.info("draining", extra={"signal": number.name})
        self.request()


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its name, its settings, and whether it has been asked to end."""

    name: str
    settings: Settings
    drain: Drain = field(default_factory=Drain)

    async def run_forever(self, work: Callable[[], Awaitable[object]]) -> None:
        """Calls work again and again until the drain.

        When the database is away, work is called again after 0.1 s, and after at most 2 s in the
        long run. Any other error is a defect and ends the service.
        """
        loop = asyncio.get_running_loop()
        delay = FIRST_DELAY
        while not self.drain:
            started = loop.time()
            try:
                await work()
                delay = FIRST_DELAY
            except Exception as error:
                if not is_transient(error):
                    raise
                if loop.time() - started > LONGEST_DELAY:
                    delay = FIRST_DELAY
                logger.warning(
                    "database not available, trying again",
                    extra={"delay_s": delay, **describe(error)},
                )
                await self.drain.wait(delay)
                delay = min(delay * 2, LONGEST_DELAY)


def run(name: str, main: Callable[[Service], Awaitable[None]]) -> None:
    """The body of `python -m services.NAME`: runs main until it returns, and exits.

    main has to return soon after the drain is requested; it is cancelled after DRAIN_LIMIT.
    """
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        print(f"{name}: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
    configure_logging(name, settings.log_level)
    raise SystemExit(asyncio.run(_run(name, settings, main)))


async def _run(name: str, settings: Settings, main: Callable[[Service], Awaitable[None]]) -> int:
    service = Service(name, settings)
    service.drain.listen_to_signals()
    logger.info("started", extra={"version": __version__})
    work = asyncio.ensure_future(main(service))
    draining = asyncio.create_task(service.drain.wait())
    await asyncio.wait({work, draining}, return_when=asyncio.FIRST_COMPLETED)
    draining.cancel()
    finished, _ = await asyncio.wait({work}, timeout=DRAIN_LIMIT)
    if not finished:
        logger.error("not drained in time, work in hand is given up")
        work.cancel()
        await asyncio.wait({work}, timeout=0.5)
        return 1
    error = None if work.cancelled() else work.exception()
    if error is not None:
        logger.critical("failed", exc_info=error)
        return 1
    logger.info("stopped")
    return 0


def health(service: str, database_up: bool) -> tuple[int, dict[str, Any]]:
    """Status and body of GET /health."""
    body = {
        "status": "healthy" if database_up else "unhealthy",
        "service": service,
        "version": __version__,
        "database": "up" if database_up else "down",
    }
    return (200 if database_up else 503), body


@asynccontextmanager
async def serve_health(
    service: Service, port: int, facts: Callable[[], Mapping[str, Any]] = dict
) -> AsyncIterator[int]:
    """Answers GET /health on a port of its own, adding the given facts; yields the port."""
    async with Probe(service.settings, f"{service.name}-health") as probe:

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                async with asyncio.timeout(REQUEST_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(await _response(service.name, probe, facts, head))
                    await writer.drain()
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
                # Not HTTP, too long, too slow or gone: nothing to say to it.
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(
            answer, service.settings.service_host, port, limit=REQUEST_LIMIT
        )
        async with server:
            yield server.sockets[0].getsockname()[1]


async def _response(
    service: str, probe: Probe, facts: Callable[[], Mapping[str, Any]], head: bytes
) -> bytes:
    method, _, rest = head.partition(b" ")
    path = rest.partition(b" ")[0].partition(b"?")[0]
    if path != b"/health":
        status, body = 404, {"detail": "there is only /health"}
    elif method not in (b"GET", b"HEAD"):
        status, body = 405, {"detail": "only GET"}
    else:
        status, body = health(service, await probe.answers())
        body |= facts()
    content = json.dumps(body, default=str).encode()
    return (
        b"HTTP/1.1 %d \r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
        b"Connection: close\r\n\r\n" % (status, len(content))
    ) + (b"" if method == b"HEAD" else content)
