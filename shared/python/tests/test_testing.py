"""The plugin itself: tests get clean databases and leave none behind."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

INSERT = text("INSERT INTO channels (telegram_id, name) VALUES (1, 'one')")
COUNT = text("SELECT count(*) FROM channels")


async def test_a_database_is_clean(session: AsyncSession) -> None:
    assert await session.scalar(COUNT) == 0
    await session.execute(INSERT)
    await session.commit()


async def test_what_another_test_wrote_is_not_there(session: AsyncSession) -> None:
    assert await session.scalar(COUNT) == 0
    await session.execute(INSERT)
    await session.commit()
