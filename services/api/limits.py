"""What a request may look like before anything looks into it.

Must never hold a body in memory, or repeat what was sent in the answer.
"""

import json
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Request line and headers together. uvicorn refuses more than this while it reads.
HEAD_LIMIT = 32 * 1024
URL_LIMIT = 8 * 1024
# No request needs a body. One that is sent all the same is read up to here and thrown away, because
# most clients read the answer only after they have sent everything.
BODY_READ_LIMIT = 64 * 1024 * 1024

Refusal = tuple[int, list[tuple[bytes, bytes]], bytes]


def refusal(status: int, why: str) -> Refusal:
    """Status, headers and body of an answer that says no."""
    body = json.dumps({"detail": why}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    return status, headers, body


class RequestLimits:
    """ASGI middleware that refuses bodies, long addresses, and text that PostgreSQL cannot hold."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or refuses it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = _fault_of_address(scope)
        if _has_body(scope):
            await _discard_body(receive)
            refused = refused or refusal(413, "a request to this service has no body")
        if refused is None:
            await self._app(scope, receive, send)
            return
        status, headers, body = refused
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _fault_of_address(scope: Scope) -> Refusal | None:
    address: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    if len(address) + len(query) > URL_LIMIT:
        return refusal(414, f"the address is longer than {URL_LIMIT} bytes")
    try:
        text = unquote_to_bytes(address + b"?" + query).decode()
    except UnicodeDecodeError:
        return refusal(400, "the address is not valid UTF-8 after percent-decoding")
    if "\0" in text:
        return refusal(400, "the address has a NUL byte in it")
    return None


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


async def _discard_body(receive: Receive) -> None:
    discarded = 0
    while discarded < BODY_READ_LIMIT:
        message: Message = await receive()
        discarded += len(message.get("body", b""))
        if not message.get("more_body", False):
            return
