"""python -m services.enrichment

Must never end with a batch half written: what is not committed when time is up is rolled back.
"""

import asyncio
import logging
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from services.enrichment.authors import AUTHORS
from services.enrichment.channel_interactions import CHANNEL_INTERACTIONS
from services.enrichment.embed_messages import EmbedMessages
from services.enrichment.engagement import ENGAGEMENT
from services.enrichment.forwards import FORWARDS
from services.enrichment.locations import LocateMessages
from services.enrichment.mention_counts import MENTION_COUNTS
from services.enrichment.quarantine_expiry import QUARANTINE_EXPIRY
from services.enrichment.queue_cleanup import QUEUE_CLEANUP
from services.enrichment.replies import REPLIES
from services.enrichment.scheduler import Scheduler, Sessions
from services.enrichment.search_vectors import EVENTS, MESSAGES, NEWS
from services.enrichment.tag_statistics import TAG_STATISTICS
from services.enrichment.tagging import TagMessages
from services.enrichment.task import Task
from services.enrichment.views import RefreshViews
from shared.python.database import create_engine, create_sessions
from shared.python.models import PlatformConfig
from shared.python.service import Service, run, serve_health

# A batch still running this long after the signal is cancelled, within the limit of the service.
FINISH_LIMIT = 7.0
BATCH_SIZE_KEY = "enrichment.embedding_batch_size"
BATCH_SIZE = 64
LARGEST_BATCH = 1_000

logger = logging.getLogger(__name__)


def make_tasks(engine: AsyncEngine, batch_size: int) -> list[Task]:
    """Every task, in the order of their turns: what searches and views are made of first."""
    return [
        MESSAGES,
        EmbedMessages(batch_size),
        TagMessages(),
        LocateMessages(),
        AUTHORS,
        REPLIES,
        FORWARDS,
        ENGAGEMENT,
        TAG_STATISTICS,
        CHANNEL_INTERACTIONS,
        MENTION_COUNTS,
        QUARANTINE_EXPIRY,
        QUEUE_CLEANUP,
        EVENTS,
        NEWS,
        RefreshViews(engine),
    ]


async def embedding_batch_size(sessions: Sessions) -> int:
    """The setting of the operators, as far as it is a usable number."""
    async with sessions() as session:
        query = select(PlatformConfig.value).where(PlatformConfig.key == BATCH_SIZE_KEY)
        value = await session.scalar(query)
    if value is not None and value.isascii() and value.isdigit() and len(value) < 9:
        return min(max(int(value), 1), LARGEST_BATCH)
    if value is not None:
        logger.warning("setting is not a number", extra={"key": BATCH_SIZE_KEY})
    return BATCH_SIZE


async def main(service: Service) -> None:
    """Enriches until the drain."""
    engine = create_engine(service.settings, service.name)
    sessions = create_sessions(engine)
    scheduler: Scheduler | None = None

    async def work() -> None:
        nonlocal scheduler
        if scheduler is None:
            tasks = make_tasks(engine, await embedding_batch_size(sessions))
            scheduler = Scheduler(sessions, tasks, service.drain)
        await scheduler.run()

    def facts() -> dict[str, object]:
        return {} if scheduler is None else scheduler.facts()

    try:
        async with serve_health(service, service.settings.enrichment_port, facts):
            working = asyncio.create_task(service.run_forever(work))
            draining = asyncio.create_task(service.drain.wait())
            await asyncio.wait({working, draining}, return_when=asyncio.FIRST_COMPLETED)
            draining.cancel()
            await asyncio.wait({working}, timeout=FINISH_LIMIT)
            if not working.done():
                logger.warning("batch cancelled and rolled back: it took too long")
                working.cancel()
            with suppress(asyncio.CancelledError):
                await working
    finally:
        await engine.dispose()


if __name__ == "__main__":
    run("enrichment", main)
