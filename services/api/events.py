"""Events, with the messages and articles that report them.

Must never show a hidden message of an event.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select

from services.api import messages
from services.api.answers import Answer
from services.api.messages import not_found, query, visible
from services.api.paging import order_by_time, page
from services.api.parameters import EventId, Events
from services.api.reading import Reads
from shared.python.models import Event, EventMessage, EventSource, ExternalNews, Message

LISTED = (
    Event.id,
    Event.title,
    Event.summary,
    Event.event_type,
    Event.location_name,
    Event.location_coords,
    Event.event_date,
    Event.tier_status,
    Event.is_major,
    Event.rss_source_count,
    Event.telegram_channel_count,
    Event.telegram_message_count,
    Event.created_at,
    Event.last_activity_at,
    Event.archived_at,
)
LATEST_FIRST = order_by_time(b"e", Event.last_activity_at, Event.id)
# Of a large event the newest; the counts in the row tell how many there are.
SHOWN = 100

router = APIRouter(prefix="/api/events")


@router.get("")
async def list_events(filters: Annotated[Events, Query()], reads: Reads) -> Answer:
    """Events, the one that something was last added to first."""
    rows = select(*LISTED)
    for column, value in (
        (Event.tier_status, filters.tier),
        (Event.event_type, filters.event_type),
        (Event.is_major, filters.is_major),
    ):
        if value is not None:
            rows = rows.where(column == value)
    if not filters.archived:
        rows = rows.where(Event.archived_at.is_(None))
    if filters.q is not None:
        rows = rows.where(Event.search_vector.op("@@")(query(filters.q)))
    return await page(reads, rows, LATEST_FIRST, filters.limit, filters.cursor)


@router.get("/{id}")
async def get_event(id: EventId, reads: Reads) -> Answer:
    """One event, with its newest messages and articles."""
    events, reports, sources = await reads.read(
        select(*LISTED).where(Event.id == id),
        visible(*messages.LISTED, EventMessage.match_confidence, EventMessage.match_method)
        .join(EventMessage, EventMessage.message_id == Message.id)
        .where(EventMessage.event_id == id)
        .order_by(Message.telegram_date.desc(), Message.id.desc())
        .limit(SHOWN),
        select(
            ExternalNews.id,
            ExternalNews.title,
            ExternalNews.url,
            ExternalNews.published_at,
            EventSource.is_primary_source,
        )
        .join(ExternalNews, ExternalNews.id == EventSource.rss_article_id)
        .where(EventSource.event_id == id)
        .order_by(ExternalNews.published_at.desc().nulls_last(), ExternalNews.id.desc())
        .limit(SHOWN),
    )
    if not events:
        raise not_found("event")
    return Answer(events[0] | {"messages": reports, "sources": sources})
