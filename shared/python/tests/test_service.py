"""What every service does: logs, drains, tries again, tells its health."""

import asyncio
import json
import logging
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from shared.python.service import Drain, JsonFormatter, Service, serve_health
from shared.python.settings import Settings

ROOT = Path(__file__).parents[3]
PROGRAM = """
import asyncio
from shared.python.service import Service, run

async def main(service: Service) -> None:
    print("ready", flush=True)
    await service.drain.wait()
    await asyncio.sleep({after})

run("probe", main)
"""


def line(record: logging.LogRecord) -> dict[str, object]:
    text = JsonFormatter("api").format(record)
    assert "\n" not in text
    parsed: dict[str, object] = json.loads(text)
    return parsed


def test_a_log_line_is_one_json_object() -> None:
    record = logging.makeLogRecord({"msg": "two\nlines %s", "args": ("é",), "rows": 3})
    logged = line(record)
    assert (logged["message"], logged["rows"], logged["service"]) == ("two\nlines é", 3, "api")
    assert str(logged["ts"]).endswith("+00:00")


def test_a_logged_error_does_not_show_its_text() -> None:
    try:
        raise ValueError("SECRET")
    except ValueError:
        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    logged = line(record)
    assert logged["error"] == "ValueError"
    assert "SECRET" not in json.dumps(logged)


async def start(after: float) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM.format(after=after),
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    while await process.stdout.readline() != b"ready\n":
        pass
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_drains(number: signal.Signals) -> None:
    process = await start(after=0.1)
    process.send_signal(number)
    output, _ = await process.communicate()
    assert process.returncode == 0
    messages = [json.loads(text)["message"] for text in output.decode().splitlines()]
    assert messages == ["draining", "stopped"]


async def test_a_second_signal_ends_at_once() -> None:
    process = await start(after=60)
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    await process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(2):
        assert await process.wait() == 128 + signal.SIGTERM


async def test_work_is_tried_again_until_it_succeeds(settings: Settings) -> None:
    service = Service("probe", settings, Drain())
    calls = 0

    async def work() -> None:
        nonlocal calls
        calls += 1
        if calls < 3:
            raise ConnectionRefusedError
        service.drain.request()

    await service.run_forever(work)
    assert calls == 3


async def test_a_defect_is_not_tried_again(settings: Settings) -> None:
    async def work() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await Service("probe", settings, Drain()).run_forever(work)


async def raw(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    return answer


async def test_health_tells_the_facts_of_the_worker(settings: Settings) -> None:
    async with (
        serve_health(Service("probe", settings, Drain()), 0, lambda: {"queue": 7}) as port,
        httpx.AsyncClient() as client,
    ):
        answer = await client.get(f"http://127.0.0.1:{port}/health")
        assert answer.status_code == 200
        assert answer.json()["queue"] == 7
        assert (await client.post(f"http://127.0.0.1:{port}/health")).status_code == 405
        assert (await client.get(f"http://127.0.0.1:{port}/other")).status_code == 404
        for bad in (b"", b"\0\r\n\r\n", b"GET\r\n\r\n", b"x" * 100_000):
            assert b"200" not in (await raw(port, bad))[:20]
        assert (await client.get(f"http://127.0.0.1:{port}/health")).status_code == 200


async def test_health_tells_that_the_database_is_away(settings: Settings) -> None:
    service = Service("probe", settings.with_database("osint_test_none"), Drain())
    async with serve_health(service, 0) as port, httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{port}/health")
    assert answer.status_code == 503
    assert answer.json()["database"] == "down"
