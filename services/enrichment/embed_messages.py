"""Fills messages.content_embedding, with the name of what made it in embedding_model.

Must never replace an embedding that is there, whoever made it.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrichment.embedding import MODEL, embed
from services.enrichment.task import AnyRow
from services.enrichment.walk import RowWalk
from shared.python.models import Message


class EmbedMessages(RowWalk):
    """Embeds the text of messages. One without text has nothing to embed and stays as it is."""

    name = "embedding"

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    async def pending(self, session: AsyncSession, after: int, to: int) -> Sequence[AnyRow]:
        """Messages with a text and no embedding, except spam."""
        query = (
            select(Message.id, Message.content)
            .where(Message.id > after, Message.id <= to)
            .where(Message.content_embedding.is_(None), Message.is_spam.is_(False))
            # The walk passes by what has nothing but white space in it.
            .where(Message.content.regexp_match(r"\S"))
            .order_by(Message.id)
            .limit(self.limit)
            .with_for_update(key_share=True, skip_locked=True)
        )
        return (await session.execute(query)).all()

    async def write(self, session: AsyncSession, rows: Sequence[AnyRow]) -> int:
        """Writes the vectors."""
        vectors = [{"message": row.id, "vector": embed(row.content)} for row in rows]
        table = Message.__table__
        statement = (
            update(Message)
            .where(table.c.id == bindparam("message"))
            .values(content_embedding=bindparam("vector"), embedding_model=MODEL)
        )
        connection = await session.connection()
        await connection.execute(statement, vectors)
        return len(vectors)
