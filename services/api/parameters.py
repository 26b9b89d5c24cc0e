"""The parameters of the endpoints. What these types let through is safe to give to a statement.

Must never let a parameter pass that is misspelled: it would widen the answer without a word.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, Self

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from services.api.paging import LONGEST_CURSOR, LONGEST_PAGE

LARGEST_INTEGER = 2**31 - 1
LARGEST_BIGINT = 2**63 - 1
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def _in_utc(time: datetime) -> datetime:
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    if not EARLIEST <= aware <= LATEST:
        message = f"must lie between {EARLIEST.year} and {LATEST.year}"
        raise ValueError(message)
    return aware.astimezone(UTC)


Time = Annotated[datetime, AfterValidator(_in_utc)]
# A word of PostgreSQL's text search may have 2046 bytes; no character has more than four.
SearchText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=50)]
# Our id, or the public name with or without the @. Names on Telegram begin with a letter.
ChannelReference = Annotated[
    str, StringConstraints(pattern=r"^(@?[A-Za-z][A-Za-z0-9_]{0,31}|[0-9]{1,9})$")
]
MessageId = Annotated[int, Path(ge=1, le=LARGEST_BIGINT)]
ChannelId = Annotated[int, Path(ge=1, le=LARGEST_INTEGER)]
EventId = Annotated[int, Path(ge=1, le=LARGEST_BIGINT)]

Importance = Literal["high", "medium", "low"]
MediaType = Literal["photo", "video", "document"]
Affiliation = Literal["russia", "ukraine", "neutral", "unknown"]
Tier = Literal["breaking", "developing", "confirmed", "verified"]
Topic = Literal[
    "combat",
    "equipment",
    "casualties",
    "movements",
    "infrastructure",
    "humanitarian",
    "diplomatic",
    "intelligence",
    "propaganda",
    "units",
    "locations",
    "general",
    "uncertain",
]


class Parameters(BaseModel):
    """The base of all: an unknown parameter is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Page(Parameters):
    """Which page of a listing."""

    limit: int = Field(50, ge=1, le=LONGEST_PAGE)
    cursor: str | None = Field(None, max_length=LONGEST_CURSOR)


class MessageFilters(Page):
    """Which messages. Hidden ones are never among them."""

    importance: Importance | None = None
    topic: Topic | None = None
    language: ShortText | None = None
    media_type: MediaType | None = None
    is_spam: bool = False
    date_from: Time | None = Field(None, description="Inclusive.")
    date_to: Time | None = Field(None, description="Exclusive.")
    days: int | None = Field(None, ge=1, le=36500, description="The last days, instead of dates.")

    @model_validator(mode="after")
    def _days_or_dates(self) -> Self:
        if self.days is not None and (self.date_from or self.date_to):
            message = "give days or dates, not both"
            raise ValueError(message)
        return self

    @property
    def since(self) -> datetime | None:
        """The earliest time wanted."""
        if self.days is None:
            return self.date_from
        return datetime.now(UTC) - timedelta(days=self.days)


class ChannelMessages(MessageFilters):
    """Which messages of one channel."""

    q: SearchText | None = Field(None, description="Words, in web search syntax.")


class Messages(ChannelMessages):
    """Which messages of all channels."""

    channel: ChannelReference | None = None


class Search(MessageFilters):
    """What is searched for, and where."""

    q: SearchText = Field(description="Words, in web search syntax.")
    channel: ChannelReference | None = None


class Similar(Parameters):
    """Which messages count as similar."""

    limit: int = Field(10, ge=1, le=LONGEST_PAGE)
    threshold: float = Field(0.7, ge=-1, le=1)
    days: int = Field(30, ge=1, le=36500, description="Before and after the message.")


class Channels(Page):
    """Which channels."""

    active: bool | None = None
    affiliation: Affiliation | None = None
    folder: ShortText | None = None


class Events(Page):
    """Which events. Archived ones only when asked for."""

    tier: Tier | None = None
    event_type: ShortText | None = None
    is_major: bool | None = None
    archived: bool = False
    q: SearchText | None = Field(None, description="Words, in web search syntax.")
