"""A message as it came from the queue, and the check that it can be true.

Never repairs a message: what contradicts itself is refused with a reason, so that it is set aside
for a person. Never does I/O. Times are seconds since 1970, because PostgreSQL knows dates
(infinity, the year 20000) that Python does not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any

MAX_TEXT = 65_536
"""Characters; Telegram allows 4,096. Longer texts are no messages, and would fill the memory."""

_TELEGRAM_BEGAN = datetime(2013, 8, 14, tzinfo=UTC).timestamp()
_CLOCK_TOLERANCE = 86_400.0
_MEDIA_TYPES = frozenset({"photo", "video", "document"})


class MalformedMessageError(ValueError):
    """The message cannot be true; its text says why."""


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """What a row of ingest_queue must tell Python; the rest goes from table to table in SQL."""

    id: int
    attempts: int
    telegram_channel_id: int
    message_id: int
    content: str | None
    media_type: str | None
    taken_at: float
    posted_at: float
    views: int | None
    forwards: int | None
    replied_to_message_id: int | None
    forward_from_channel_id: int | None
    forward_from_message_id: int | None
    forwarded_at: float | None
    has_payload: bool

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "QueuedMessage":
        """Read a row of `queue.take`."""
        return cls(**dict(row.items()))

    @property
    def key(self) -> tuple[int, int]:
        """What makes the message unique on Telegram."""
        return self.telegram_channel_id, self.message_id

    @property
    def known_media_type(self) -> str | None:
        """The kind of media if messages.media_type allows it."""
        return self.media_type if self.media_type in _MEDIA_TYPES else None

    @property
    def unknown_media_type(self) -> str | None:
        """The kind of media that only metadata can keep."""
        return None if self.media_type in _MEDIA_TYPES else self.media_type

    def check(self) -> None:
        """Raise MalformedMessageError when no such message can have been posted."""
        for complaint in self._complaints():
            raise MalformedMessageError(complaint)

    def _complaints(self) -> Iterator[str]:
        if self.telegram_channel_id == 0:
            yield "telegram_channel_id is 0"
        if self.message_id < 1:
            yield f"message_id {self.message_id} is not positive"
        yield from self._complaints_about_time("telegram_date", self.posted_at)
        if self.forwarded_at is not None:
            yield from self._complaints_about_time("forward_date", self.forwarded_at)
            if self.forwarded_at > self.posted_at:
                yield "forward_date is later than telegram_date"
        if self.forward_from_message_id is not None and self.forward_from_channel_id is None:
            yield "forward_from_message_id without forward_from_channel_id"
        if self.replied_to_message_id == self.message_id:
            yield "the message replies to itself"
        if min(self.views or 0, self.forwards or 0) < 0:
            yield "views or forwards are negative"
        yield from self._complaints_about_content()

    def _complaints_about_content(self) -> Iterator[str]:
        if self.content is not None and len(self.content) > MAX_TEXT:
            yield f"content is longer than {MAX_TEXT} characters"
        if not self.content and self.media_type is None and not self.has_payload:
            yield "there is neither text nor media nor payload"

    def _complaints_about_time(self, name: str, seconds: float) -> Iterator[str]:
        if not isfinite(seconds) or seconds < _TELEGRAM_BEGAN:
            yield f"{name} is infinite or before Telegram began"
        elif seconds > self.taken_at + _CLOCK_TOLERANCE:
            yield f"{name} is in the future"
