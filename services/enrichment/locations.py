"""Writes message_locations for the places of location_gazetteer that messages name.

Must never pass by a message while the gazetteer is empty, or touch a location found in another way.
"""

import asyncio
from collections.abc import Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrichment.gazetteer import Gazetteer, Place
from services.enrichment.task import AnyRow, Batch
from services.enrichment.walk import RowWalk
from shared.python.models import (
    EnrichmentProgress,
    LocationGazetteer,
    Message,
    MessageLocation,
)

METHOD = "gazetteer"


class LocateMessages(RowWalk):
    """Looks for places in texts, and begins again when the gazetteer has changed."""

    name = "locations"
    every = 10.0
    # A sweep reads every text in which nothing was found again.
    sweep_every = 86_400.0

    def __init__(self) -> None:
        super().__init__()
        self._gazetteer = Gazetteer(())
        self._loaded: tuple[int, int] | None = None

    async def run_batch(self, session: AsyncSession, progress: EnrichmentProgress) -> Batch:
        """Walks on, if there is a gazetteer."""
        places, last = (
            await session.execute(
                select(func.count(), func.coalesce(func.max(LocationGazetteer.id), 0))
            )
        ).one()
        if not places:
            return Batch(0, more=False)
        if self._loaded != (places, last):
            # Off the event loop: with all its places this takes about a second.
            self._gazetteer = await asyncio.to_thread(Gazetteer, await _places(session))
            self._loaded = (places, last)
            self.sweep_soon()
        return await super().run_batch(session, progress)

    async def pending(self, session: AsyncSession, after: int, to: int) -> Sequence[AnyRow]:
        """Messages with a text and no place from the gazetteer, except spam."""
        found = exists().where(
            MessageLocation.message_id == Message.id,
            MessageLocation.extraction_method == METHOD,
        )
        query = (
            select(Message.id, Message.content)
            .where(Message.id > after, Message.id <= to, Message.is_spam.is_(False))
            .where(Message.content != "", ~found)
            .order_by(Message.id)
            .limit(self.limit)
            .with_for_update(read=True, key_share=True, skip_locked=True)
        )
        return (await session.execute(query)).all()

    async def write(self, session: AsyncSession, rows: Sequence[AnyRow]) -> int:
        """Writes the places found in the texts."""
        locations = [
            {
                "message_id": row.id,
                "location_name": mention.surface,
                "latitude": mention.place.latitude,
                "longitude": mention.place.longitude,
                "extraction_method": METHOD,
                "confidence": mention.confidence,
                "gazetteer_id": mention.place.id,
            }
            for row in rows
            for mention in self._gazetteer.find(row.content)
        ]
        if locations:
            statement = insert(MessageLocation).on_conflict_do_nothing()
            await (await session.connection()).execute(statement, locations)
        return len(locations)


async def _places(session: AsyncSession) -> list[Place]:
    row = LocationGazetteer
    query = select(
        row.id,
        row.latitude,
        row.longitude,
        func.coalesce(row.population, 0),
        row.name_primary,
        row.name_ascii,
        row.name_local,
        row.aliases,
    )
    return [
        Place(key, latitude, longitude, population, tuple(filter(None, (*names, *aliases))))
        for key, latitude, longitude, population, *names, aliases in await session.execute(query)
    ]
