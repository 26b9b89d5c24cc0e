"""The api over a seeded database, called in process or as a process of its own."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from services.api.application import create_application
from shared.python.database import create_engine, create_sessions
from shared.python.models import (
    Channel,
    CuratedEntity,
    Event,
    EventMessage,
    MediaFile,
    Message,
    MessageEntity,
    MessageMedia,
    MessageTag,
)
from shared.python.settings import Settings
from shared.python.testing import TestDatabases

START = datetime(2024, 5, 1, tzinfo=UTC)
MESSAGES = 60


@asynccontextmanager
async def client_of(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with (
        application.router.lifespan_context(application),
        httpx.AsyncClient(transport=transport, base_url="http://api") as client,
    ):
        yield client


@pytest.fixture(scope="module")
def archive(databases: TestDatabases) -> Iterator[Settings]:
    """One database for all tests of a module, which only read."""
    settings = databases.create()
    yield settings
    databases.drop(settings)


@pytest.fixture(scope="module")
async def client(archive: Settings) -> AsyncIterator[httpx.AsyncClient]:
    engine = create_engine(archive, "pytest")
    async with create_sessions(engine).begin() as session:
        await seed(session)
    await engine.dispose()
    async with client_of(create_application(archive)) as made:
        yield made


def embedding(first: float, second: float) -> list[float]:
    return [first, second] + [0.0] * 382


async def seed(session: AsyncSession) -> None:
    """Messages 1 to 60, odd ones in channel 1; every tenth is spam, 7 is hidden."""
    session.add(Channel(id=1, telegram_id=101, username="Kyiv_News", name="Kyiv", active=True))
    session.add(Channel(id=2, telegram_id=102, username="other", name="Other", active=False))
    await session.flush()
    for n in range(1, MESSAGES + 1):
        session.add(
            Message(
                id=n,
                message_id=n,
                channel_id=1 if n % 2 else 2,
                # Three messages at a time share a second, as on Telegram.
                telegram_date=START + timedelta(seconds=n // 3),
                content=f"повідомлення number {n} " + "drone " * (n % 5),
                is_spam=n % 10 == 0,
                is_hidden=n == 7,
                importance_level="high" if n % 3 == 0 else "low",
                osint_topic="combat",
                language_detected="uk",
                media_type="photo" if n == 5 else None,
                grouped_id=900 if n in (5, 9, 11) else None,
                content_embedding=embedding(1.0, n / 10) if n < 20 else None,
                embedding_model="test" if n < 20 else None,
            )
        )
    session.add(MediaFile(id=1, sha256="a" * 64, s3_key="media/aa/aa/a.jpg"))
    session.add(
        CuratedEntity(
            id=1, entity_type="equipment", name="T-90", source_reference="test", content_hash="b"
        )
    )
    session.add(Event(id=1, title="Strike on a depot", event_type="strike"))
    await session.flush()
    session.add(MessageMedia(message_id=5, media_id=1))
    session.add(MessageTag(message_id=5, tag="depot", tag_type="keyword", generated_by="test"))
    session.add(MessageEntity(message_id=5, entity_id=1, match_type="alias"))
    for n in (5, 7):
        session.add(
            EventMessage(event_id=1, message_id=n, channel_id=1, match_method="llm_confirmed")
        )
