"""Rows as JSON. The database has checked them already, so no model checks them again.

Must never be given text that came from a request.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from starlette.responses import Response


class Answer(Response):
    """A JSON body, built once. Times are UTC."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body."""
        text = json.dumps(
            content, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain
        )
        return text.encode()


def _plain(value: object) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case _:
            message = f"{type(value).__name__} has no form in JSON"
            raise TypeError(message)
