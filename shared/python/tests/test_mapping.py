"""What the mapping does with rows: round trips, loading on request, cascades."""

from datetime import UTC, date, datetime
from ipaddress import IPv4Address
from uuid import UUID

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import configure_mappers, selectinload, undefer

from shared.python.models import (
    AdminAuditLog,
    Base,
    Channel,
    CuratedEntity,
    DecisionLog,
    Event,
    EventMessage,
    FeedToken,
    MediaFile,
    Message,
    MessageComment,
    MessageEntity,
    MessageMedia,
    MessageSocialGraph,
    MessageTag,
    StorageBox,
    TranslationConfig,
)

WRITTEN = datetime(2026, 2, 24, 4, 0, tzinfo=UTC)
NOBODY = UUID(int=0)
EMBEDDING = [0.5] * 384


def new_tag(tag: str) -> MessageTag:
    return MessageTag(tag=tag, tag_type="keyword", generated_by="rules")


def new_box() -> StorageBox:
    return StorageBox(
        id="box",
        hetzner_host="box.example",
        hetzner_user="u",
        mount_path="/mnt/box",
        capacity_gb=1,
        account_region="eu",
    )


@pytest.fixture
async def message(session: AsyncSession) -> Message:
    """A stored message of a channel of its own, with a row in most tables around it."""
    channel = Channel(telegram_id=1, name="one")
    file = MediaFile(sha256="0" * 64, s3_key="media/0")
    entity = CuratedEntity(
        entity_type="ship", name="Moskva", source_reference="list", content_hash="0" * 64
    )
    message = Message(
        message_id=10,
        channel=channel,
        content="text",
        telegram_date=WRITTEN,
        author_user_id=7,
        content_embedding=EMBEDDING,
        media=[MessageMedia(file=file)],
        tags=[new_tag("navy"), new_tag("fleet")],
        entity_matches=[MessageEntity(entity=entity, match_type="exact_name")],
        event_links=[
            EventMessage(event=Event(title="event"), channel=channel, match_method="llm_verified")
        ],
        comments=[MessageComment(comment_id=1, telegram_date=WRITTEN)],
    )
    decision = DecisionLog(
        message=message,
        channel=channel,
        decision_type="importance",
        decision_value={"level": "low"},
        decision_source="rules",
    )
    session.add_all([message, decision])
    await session.commit()
    return message


async def count(session: AsyncSession, model: type[Base]) -> int:
    return await session.scalar(select(func.count()).select_from(model)) or 0


def test_the_mappers_fit_together() -> None:
    configure_mappers()


async def test_rows_come_back_as_they_were_written(session: AsyncSession) -> None:
    happening = Event(title="t", location_coords=(30.5, 50.4), event_date=date(2026, 2, 24))
    token = FeedToken(
        kratos_identity_id=NOBODY,
        token_hash=b"\x00\xff",
        token_prefix="abcdefgh",
        signing_secret=bytes(32),
    )
    entry = AdminAuditLog(
        kratos_identity_id=NOBODY,
        action="channel.update",
        resource_type="channel",
        details={"old": None},
        ip_address=IPv4Address("192.0.2.1"),
    )
    translation = TranslationConfig(
        channel=Channel(telegram_id=1, name="one"), translate_from_languages=["uk", "ru"]
    )
    session.add_all([happening, token, entry, translation])
    await session.commit()
    session.expunge_all()

    happening = (await session.scalars(select(Event))).one()
    assert (happening.location_coords, happening.event_date) == ((30.5, 50.4), date(2026, 2, 24))
    token = (await session.scalars(select(FeedToken))).one()
    assert (token.token_hash, token.token_prefix) == (b"\x00\xff", "abcdefgh")
    entry = (await session.scalars(select(AdminAuditLog))).one()
    assert (entry.details, entry.ip_address) == ({"old": None}, IPv4Address("192.0.2.1"))
    query = select(TranslationConfig).where(TranslationConfig.channel_id.is_not(None))
    translation = (await session.scalars(query)).one()
    assert translation.translate_from_languages == ["uk", "ru"]


async def test_a_message_is_loaded_with_what_the_query_asks_for(
    session: AsyncSession, message: Message
) -> None:
    session.expunge_all()
    query = select(Message).options(
        undefer(Message.content_embedding),
        selectinload(Message.channel),
        selectinload(Message.tags),
        selectinload(Message.media).selectinload(MessageMedia.file),
        selectinload(Message.entity_matches).selectinload(MessageEntity.entity),
        selectinload(Message.event_links).selectinload(EventMessage.event),
    )
    loaded = (await session.scalars(query)).one()

    assert loaded.id == message.id
    assert loaded.telegram_date == WRITTEN
    assert loaded.content_embedding == EMBEDDING
    assert loaded.channel.name == "one"
    assert {tag.tag for tag in loaded.tags} == {"navy", "fleet"}
    assert [item.file.s3_key for item in loaded.media] == ["media/0"]
    assert [match.entity.name for match in loaded.entity_matches] == ["Moskva"]
    # Counted by a trigger.
    assert [link.event.telegram_message_count for link in loaded.event_links] == [1]


@pytest.mark.parametrize(
    "attribute", ["channel", "tags", "validation", "content_embedding", "search_vector"]
)
async def test_what_the_query_did_not_ask_for_is_not_loaded_by_accident(
    session: AsyncSession, message: Message, attribute: str
) -> None:
    session.expunge_all()
    loaded = (await session.scalars(select(Message).where(Message.id == message.id))).one()
    with pytest.raises(InvalidRequestError, match="raise"):
        getattr(loaded, attribute)


async def test_what_the_server_fills_in_is_there_after_a_flush(
    session: AsyncSession, message: Message
) -> None:
    assert message.metadata_ == {}
    assert message.is_ukraine_relevant
    before = message.updated_at
    message.views = 5
    await session.flush()
    assert message.updated_at > before


async def test_none_in_a_json_column_is_null(session: AsyncSession, message: Message) -> None:
    message.entities = {"ships": ["Moskva"]}
    await session.commit()
    message.entities = None
    await session.commit()
    assert await count(session, Message) == 1
    assert await session.scalar(select(Message.id).where(Message.entities.is_(None))) == message.id


async def test_the_messages_of_a_channel_are_selected_not_loaded(
    session: AsyncSession, message: Message
) -> None:
    channel = await session.get_one(Channel, message.channel_id)
    query = channel.messages.select().where(Message.telegram_date >= WRITTEN)
    assert [found.id for found in await session.scalars(query)] == [message.id]
    channel.messages.add(Message(message_id=11, telegram_date=WRITTEN))
    await session.commit()
    assert await count(session, Message) == 2


async def test_a_row_can_be_added_by_the_key_of_its_parent(
    session: AsyncSession, message: Message
) -> None:
    session.expunge_all()
    tag = new_tag("harbour")
    tag.message_id = message.id
    session.add(tag)
    await session.commit()
    assert await count(session, MessageTag) == 3


async def test_a_tag_that_is_taken_from_its_message_is_deleted(
    session: AsyncSession, message: Message
) -> None:
    session.expunge_all()
    query = select(Message).where(Message.id == message.id).options(selectinload(Message.tags))
    loaded = (await session.scalars(query)).one()
    loaded.tags.pop()
    await session.commit()
    assert await count(session, MessageTag) == 1


@pytest.mark.parametrize("known", [True, False], ids=["rows-in-the-session", "rows-not-loaded"])
async def test_deleting_a_channel_deletes_what_was_archived_from_it(
    session: AsyncSession, message: Message, *, known: bool
) -> None:
    channel_id = message.channel_id
    if not known:
        session.expunge_all()
    await session.delete(await session.get_one(Channel, channel_id))
    await session.commit()

    gone = [Message, MessageTag, MessageMedia, MessageEntity, EventMessage, MessageComment]
    assert {model: await count(session, model) for model in gone} == dict.fromkeys(gone, 0)
    kept = [MediaFile, CuratedEntity, Event, DecisionLog]
    assert {model: await count(session, model) for model in kept} == dict.fromkeys(kept, 1)
    references = select(DecisionLog.message_id, DecisionLog.channel_id)
    assert (await session.execute(references)).one() == (None, None)


@pytest.mark.parametrize("model", [Channel, Message])
async def test_the_server_deletes_what_a_row_owns_without_sending_it_first(
    engine: AsyncEngine, session: AsyncSession, message: Message, model: type[Channel | Message]
) -> None:
    key = message.channel_id if model is Channel else message.id
    session.expunge_all()
    parent = await session.get_one(model, key)
    statements: list[str] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def record(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    await session.delete(parent)
    await session.flush()
    assert [statement.split(" WHERE ")[0] for statement in statements] == [
        f"DELETE FROM {model.__tablename__}"
    ]


async def test_deleting_a_storage_box_keeps_its_files(session: AsyncSession) -> None:
    session.add(MediaFile(sha256="0" * 64, s3_key="media/0", storage_box=new_box()))
    await session.commit()
    session.expunge_all()
    await session.delete(await session.get_one(StorageBox, "box"))
    await session.commit()
    assert await session.scalar(select(MediaFile.storage_box_id)) is None
    assert await count(session, MediaFile) == 1


async def test_a_materialized_view_is_read_and_not_written(
    session: AsyncSession, message: Message
) -> None:
    await session.execute(text("REFRESH MATERIALIZED VIEW message_social_graph"))
    row = (await session.scalars(select(MessageSocialGraph))).one()
    assert (row.message_id, row.author_user_id, row.engagement) == (message.id, 7, 1)
    row.engagement = 2
    with pytest.raises(DBAPIError, match="cannot change materialized view"):
        await session.flush()


async def test_repr_names_the_row_and_nothing_in_it(message: Message) -> None:
    assert repr(message) == f"<Message ({message.id},)>"
    assert repr(Message(content="secret")) == "<Message new>"
