"""Puts tags on messages that have none.

Must never change or remove a tag, whoever made it.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrichment.tag_rules import GENERATED_BY, tags_of
from services.enrichment.task import AnyRow
from services.enrichment.walk import RowWalk
from shared.python.models import CuratedEntity, Message, MessageEntity, MessageTag


class TagMessages(RowWalk):
    """Tags messages by the rules. One that no rule applies to stays without, until it changes."""

    name = "tagging"

    async def pending(self, session: AsyncSession, after: int, to: int) -> Sequence[AnyRow]:
        """Messages without any tag, except spam."""
        query = (
            select(Message.id, Message.content, Message.osint_topic, Message.entities)
            .where(Message.id > after, Message.id <= to, Message.is_spam.is_(False))
            .where(~exists().where(MessageTag.message_id == Message.id))
            .order_by(Message.id)
            .limit(self.limit)
            .with_for_update(read=True, key_share=True, skip_locked=True)
        )
        return (await session.execute(query)).all()

    async def write(self, session: AsyncSession, rows: Sequence[AnyRow]) -> int:
        """Writes the tags."""
        matches = await _matches(session, [row.id for row in rows])
        tags = [
            {
                "message_id": row.id,
                "tag": tag.tag,
                "tag_type": tag.tag_type,
                "confidence": tag.confidence,
                "generated_by": GENERATED_BY,
            }
            for row in rows
            for tag in tags_of(
                row.content,
                topic=row.osint_topic,
                entities=row.entities,
                matches=matches[row.id],
            )
        ]
        if tags:
            statement = insert(MessageTag).on_conflict_do_nothing()
            await (await session.connection()).execute(statement, tags)
        return len(tags)


async def _matches(
    session: AsyncSession, messages: list[int]
) -> defaultdict[int, list[tuple[str, float | None]]]:
    query = (
        select(MessageEntity.message_id, CuratedEntity.name, MessageEntity.similarity_score)
        .join(CuratedEntity, CuratedEntity.id == MessageEntity.entity_id)
        .where(MessageEntity.message_id.in_(messages))
        .order_by(MessageEntity.message_id, MessageEntity.id)
    )
    found: defaultdict[int, list[tuple[str, float | None]]] = defaultdict(list)
    for message, name, score in await session.execute(query):
        found[message].append((name, None if score is None else min(max(score, 0.0), 1.0)))
    return found
