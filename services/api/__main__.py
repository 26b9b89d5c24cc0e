"""python -m services.api: the api as a process, under uvicorn.

Must never trust headers of a proxy, log a query at info (it says what somebody looks for), or
outlive a drain by more than DRAIN_LIMIT.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from services.api.application import NAME, create_application
from services.api.limits import HEAD_LIMIT, refusal
from shared.python.service import DRAIN_LIMIT, Service, run

CONCURRENT_REQUESTS = 512


class _Protocol(H11Protocol):
    """uvicorn's protocol, which answers what is not HTTP in JSON as well."""

    def send_400_response(self, msg: str) -> None:
        status, headers, body = refusal(400, msg)
        for event in (
            h11.Response(status_code=status, headers=[*headers, (b"connection", b"close")]),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves the signals to the drain of the service."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def main(service: Service) -> None:
    """Serves until the drain, then finishes the requests in hand."""
    settings = service.settings
    server = _Server(
        uvicorn.Config(
            create_application(settings),
            host=settings.service_host,
            port=settings.api_port,
            http=_Protocol,
            ws="none",
            log_config=None,
            access_log=settings.log_level == "DEBUG",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=CONCURRENT_REQUESTS,
            h11_max_incomplete_event_size=HEAD_LIMIT,
            timeout_graceful_shutdown=int(DRAIN_LIMIT) - 1,
        )
    )
    serving = asyncio.ensure_future(server.serve())
    draining = asyncio.ensure_future(service.drain.wait())
    await asyncio.wait({serving, draining}, return_when=asyncio.FIRST_COMPLETED)
    draining.cancel()
    server.should_exit = True
    await serving


if __name__ == "__main__":
    run(NAME, main)
