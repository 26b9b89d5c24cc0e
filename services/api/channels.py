"""Channels, and the messages of one.

Must never count messages: that reads all of them.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select

from services.api.answers import Answer
from services.api.messages import NEWEST_FIRST, listing, not_found
from services.api.paging import Order, page
from services.api.parameters import ChannelId, ChannelMessages, Channels
from services.api.reading import Reads
from shared.python.models import Channel, Message

# The index on (channel_id, telegram_date DESC) answers this with one row.
LAST_MESSAGE_AT = (
    select(Message.telegram_date)
    .where(Message.channel_id == Channel.id)
    .order_by(Message.telegram_date.desc())
    .limit(1)
    .scalar_subquery()
    .label("last_message_at")
)
LISTED = (
    Channel.id,
    Channel.telegram_id,
    Channel.username,
    Channel.name,
    Channel.type,
    Channel.folder,
    Channel.affiliation,
    Channel.source_type,
    Channel.verified,
    Channel.active,
    LAST_MESSAGE_AT,
)
DETAILS = (
    *LISTED,
    Channel.description,
    Channel.scam,
    Channel.fake,
    Channel.restricted,
    Channel.rule,
    Channel.removed_at,
    Channel.backfill_status,
    Channel.discovery_status,
    Channel.quality_metrics,
    Channel.created_at,
    Channel.updated_at,
)
LATEST_FIRST = Order(b"c", Channel.id, Channel.id)

router = APIRouter(prefix="/api/channels")


@router.get("")
async def list_channels(filters: Annotated[Channels, Query()], reads: Reads) -> Answer:
    """Channels, the one added last first."""
    rows = select(*LISTED)
    for column, value in (
        (Channel.active, filters.active),
        (Channel.affiliation, filters.affiliation),
        (Channel.folder, filters.folder),
    ):
        if value is not None:
            rows = rows.where(column == value)
    return await page(reads, rows, LATEST_FIRST, filters.limit, filters.cursor)


@router.get("/{id}")
async def get_channel(id: ChannelId, reads: Reads) -> Answer:
    """One channel."""
    found = await reads.rows(select(*DETAILS).where(Channel.id == id))
    if not found:
        raise not_found("channel")
    return Answer(found[0])


@router.get("/{id}/messages")
async def list_messages_of_channel(
    id: ChannelId, filters: Annotated[ChannelMessages, Query()], reads: Reads
) -> Answer:
    """Messages of one channel, newest first."""
    if not await reads.rows(select(Channel.id).where(Channel.id == id)):
        raise not_found("channel")
    rows = listing(filters).where(Message.channel_id == id)
    return await page(reads, rows, NEWEST_FIRST, filters.limit, filters.cursor)
