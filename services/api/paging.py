"""Pages by key: a page goes on after the last row of the page before, whatever was added since.

Must never use OFFSET, or trust a cursor: it comes from outside.
"""

import binascii
import math
import struct
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import KeyedColumnElement

from services.api.answers import Answer
from services.api.reading import Reader, Row

LONGEST_PAGE = 100
LONGEST_CURSOR = 32

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LAYOUT = struct.Struct(">cqq")

Column = InstrumentedAttribute[Any] | KeyedColumnElement[Any]


class BadCursor(ValueError):
    """The cursor was not made by the listing it was given to."""


@dataclass(frozen=True)
class Order:
    """An order of rows, highest key first, then highest id; no two rows are equal in it."""

    # One byte that tells the cursors of one listing from those of another.
    listing: bytes
    key: Column
    id: Column
    to_number: Callable[[Any], int] = int
    from_number: Callable[[int], Any] = int

    def cursor(self, row: Row) -> str:
        """The place after a row."""
        packed = _LAYOUT.pack(self.listing, self.to_number(row[self.key.key]), row[self.id.key])
        return urlsafe_b64encode(packed).decode().rstrip("=")

    def after(self, cursor: str) -> tuple[Any, int]:
        """Key and id of the row that the cursor was made from."""
        try:
            padding = "=" * (-len(cursor) % 4)
            packed = b64decode(cursor + padding, altchars=b"-_", validate=True)
            listing, number, row_id = _LAYOUT.unpack(packed)
            key = self.from_number(number)
        except (binascii.Error, struct.error, OverflowError, ValueError):
            raise BadCursor from None
        if listing != self.listing:
            raise BadCursor
        return key, row_id


def order_by_time(listing: bytes, key: Column, row_id: Column) -> Order:
    """Newest first."""
    return Order(
        listing,
        key,
        row_id,
        to_number=lambda time: (time - _EPOCH) // _MICROSECOND,
        from_number=lambda number: _EPOCH + number * _MICROSECOND,
    )


def order_by_score(listing: bytes, key: Column, row_id: Column) -> Order:
    """Best first. The key is a double; the cursor holds its bits."""
    return Order(listing, key, row_id, to_number=_bits, from_number=_from_bits)


def _bits(score: float) -> int:
    return int.from_bytes(struct.pack(">d", score), signed=True)


def _from_bits(number: int) -> float:
    (score,) = struct.unpack(">d", number.to_bytes(8, signed=True))
    if not math.isfinite(score):
        raise BadCursor
    return float(score)


async def page(
    reader: Reader, rows: Select[*tuple[Any, ...]], order: Order, limit: int, cursor: str | None
) -> Answer:
    """One page of the rows, and the cursor of the next page if there is one."""
    if cursor is not None:
        rows = rows.where(tuple_(order.key, order.id) < order.after(cursor))
    # One row more than asked for tells whether there is a next page.
    found = await reader.rows(rows.order_by(order.key.desc(), order.id.desc()).limit(limit + 1))
    items = found[:limit]
    next_cursor = order.cursor(items[-1]) if len(found) > limit else None
    return Answer({"items": items, "next_cursor": next_cursor})
