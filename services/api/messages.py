"""Messages: the listing, one message with what belongs to it, its neighbours and its album.

Must never show a hidden message, whatever was asked for.
"""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from sqlalchemy import ColumnElement, Select, func, select, tuple_

from services.api.answers import Answer
from services.api.paging import order_by_time, page
from services.api.parameters import ChannelMessages, MessageFilters, MessageId, Messages
from services.api.reading import Reads
from shared.python.models import (
    Channel,
    CuratedEntity,
    MediaFile,
    Message,
    MessageEntity,
    MessageMedia,
    MessageTag,
    OpensanctionsEntity,
    OpensanctionsMessageEntity,
)

LISTED = (
    Message.id,
    Message.message_id,
    Message.channel_id,
    Channel.username.label("channel_username"),
    Channel.name.label("channel_name"),
    Message.telegram_date,
    Message.content,
    Message.content_translated,
    Message.language_detected,
    Message.media_type,
    Message.grouped_id,
    Message.views,
    Message.forwards,
    Message.importance_level,
    Message.osint_topic,
    Message.is_spam,
)
DETAILS = (
    *LISTED,
    Message.translation_target,
    Message.author_user_id,
    Message.replied_to_message_id,
    Message.forward_from_channel_id,
    Message.forward_from_message_id,
    Message.forward_date,
    Message.has_comments,
    Message.comments_count,
    Message.spam_type,
    Message.spam_confidence,
    Message.is_ukraine_relevant,
    Message.is_backfilled,
    Message.entities,
    Message.content_hash,
    Message.created_at,
    Message.updated_at,
)
NEWEST_FIRST = order_by_time(b"m", Message.telegram_date, Message.id)
LARGEST_ALBUM = 100

router = APIRouter(prefix="/api/messages")


def visible(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Columns of messages that are not hidden, and of their channels."""
    return (
        select(*columns)
        .join(Channel, Channel.id == Message.channel_id)
        .where(Message.is_hidden.is_(False))
    )


def matching(filters: MessageFilters) -> list[ColumnElement[bool]]:
    """The filters as conditions."""
    conditions: list[ColumnElement[bool]] = [Message.is_spam.is_(filters.is_spam)]
    for column, value in (
        (Message.importance_level, filters.importance),
        (Message.osint_topic, filters.topic),
        (Message.language_detected, filters.language),
        (Message.media_type, filters.media_type),
    ):
        if value is not None:
            conditions.append(column == value)
    if filters.since is not None:
        conditions.append(Message.telegram_date >= filters.since)
    if filters.date_to is not None:
        conditions.append(Message.telegram_date < filters.date_to)
    return conditions


def in_channel(reference: str) -> ColumnElement[bool]:
    """The channel with this id; or the one that holds this name, or held it last."""
    if reference.isdigit():
        return Message.channel_id == int(reference)
    named = (
        select(Channel.id)
        .where(func.lower(Channel.username) == reference.removeprefix("@").lower())
        .order_by(Channel.active.desc(), Channel.id.desc())
        .limit(1)
    )
    return Message.channel_id == named.scalar_subquery()


def query(words: str) -> ColumnElement[Any]:
    """Words as a tsquery, in the configuration that the search vectors are made with."""
    return func.websearch_to_tsquery("simple", words)


def listing(filters: ChannelMessages) -> Select[*tuple[Any, ...]]:
    """The messages that a listing is made of."""
    rows = visible(*LISTED).where(*matching(filters))
    return (
        rows if filters.q is None else rows.where(Message.search_vector.op("@@")(query(filters.q)))
    )


@router.get("")
async def list_messages(filters: Annotated[Messages, Query()], reads: Reads) -> Answer:
    """Messages, newest first."""
    rows = listing(filters)
    if filters.channel is not None:
        rows = rows.where(in_channel(filters.channel))
    return await page(reads, rows, NEWEST_FIRST, filters.limit, filters.cursor)


@router.get("/{id}")
async def get_message(id: MessageId, reads: Reads) -> Answer:
    """One message, with its tags, its files and the entities found in it."""
    messages, tags, media, curated, sanctioned = await reads.read(
        visible(*DETAILS).where(Message.id == id),
        select(MessageTag.tag, MessageTag.tag_type, MessageTag.confidence, MessageTag.generated_by)
        .where(MessageTag.message_id == id)
        .order_by(MessageTag.tag_type, MessageTag.tag),
        select(
            MediaFile.id,
            MediaFile.sha256,
            MediaFile.file_type,
            MediaFile.mime_type,
            MediaFile.file_size,
            MediaFile.telegram_url,
            MessageMedia.position,
        )
        .join(MediaFile, MediaFile.id == MessageMedia.media_id)
        .where(MessageMedia.message_id == id)
        .order_by(MessageMedia.position, MediaFile.id),
        select(
            CuratedEntity.id,
            CuratedEntity.name,
            CuratedEntity.entity_type,
            MessageEntity.match_type,
            MessageEntity.similarity_score,
        )
        .join(CuratedEntity, CuratedEntity.id == MessageEntity.entity_id)
        .where(MessageEntity.message_id == id)
        .order_by(CuratedEntity.name, CuratedEntity.id),
        select(
            OpensanctionsEntity.id,
            OpensanctionsEntity.opensanctions_id,
            OpensanctionsEntity.name,
            OpensanctionsEntity.entity_type,
            OpensanctionsEntity.risk_classification,
            OpensanctionsMessageEntity.match_score,
        )
        .join(OpensanctionsEntity, OpensanctionsEntity.id == OpensanctionsMessageEntity.entity_id)
        .where(OpensanctionsMessageEntity.message_id == id)
        .order_by(OpensanctionsEntity.name, OpensanctionsEntity.id),
    )
    if not messages:
        raise not_found("message")
    return Answer(
        messages[0]
        | {
            "tags": tags,
            "media": media,
            "curated_entities": curated,
            "sanctioned_entities": sanctioned,
        }
    )


@router.get("/{id}/adjacent")
async def get_adjacent(id: MessageId, reads: Reads) -> Answer:
    """The messages before and after this one in its channel, without spam."""
    place = await _place(id, reads)
    here = (place["telegram_date"], id)
    position = tuple_(Message.telegram_date, Message.id)
    neighbours = visible(*LISTED).where(
        Message.channel_id == place["channel_id"], Message.is_spam.is_(False)
    )
    before, after = await reads.read(
        neighbours.where(position < here)
        .order_by(Message.telegram_date.desc(), Message.id.desc())
        .limit(1),
        neighbours.where(position > here).order_by(Message.telegram_date, Message.id).limit(1),
    )
    return Answer(
        {
            "previous": before[0] if before else None,
            "next": after[0] if after else None,
        }
    )


@router.get("/{id}/album")
async def get_album(id: MessageId, reads: Reads) -> Answer:
    """The messages of the album this one belongs to, itself among them; else itself alone."""
    place = await _place(id, reads)
    if place["grouped_id"] is None:
        members = Message.id == id
    else:
        members = (Message.channel_id == place["channel_id"]) & (
            Message.grouped_id == place["grouped_id"]
        )
    rows = visible(*LISTED).where(members).order_by(Message.message_id).limit(LARGEST_ALBUM)
    return Answer({"items": await reads.rows(rows)})


async def _place(id: int, reads: Reads) -> dict[str, Any]:
    found = await reads.rows(
        visible(Message.channel_id, Message.telegram_date, Message.grouped_id).where(
            Message.id == id
        )
    )
    if not found:
        raise not_found("message")
    return found[0]


def not_found(what: str) -> HTTPException:
    """There is none with this id, or it must not be shown."""
    return HTTPException(404, f"there is no such {what}")
