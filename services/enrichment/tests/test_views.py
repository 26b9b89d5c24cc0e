"""When the materialized views are refreshed, and what the log says.

Must never wait for an interval: the tests move the log back instead.
"""

import asyncio
import time

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.enrichment.scheduler import run_batch
from services.enrichment.tests.conftest import Archive, Finish
from services.enrichment.views import RefreshViews

VIEWS = [
    "channel_influence_network",
    "message_social_graph",
    "top_influencers",
    "unified_message_entities",
]
LATER = (
    "UPDATE materialized_view_refresh_log SET started_at = started_at - interval '2 hours',"
    " finished_at = finished_at - interval '2 hours'"
)
LOG = "SELECT count(*) FROM materialized_view_refresh_log WHERE status = 'completed'"


async def test_every_view_is_refreshed_at_first_and_logged(
    archive: Archive, finish: Finish, engine: AsyncEngine
) -> None:
    channel = await archive.channel()
    await archive.message(channel, "m", author_user_id=7)
    assert await finish(RefreshViews(engine)) == 4
    rows = await archive.rows(
        "SELECT view_name, status, row_count, duration_ms >= 0, finished_at >= started_at,"
        " error_message FROM materialized_view_refresh_log ORDER BY view_name"
    )
    assert rows == [
        (name, "completed", int(name == "message_social_graph"), True, True, None) for name in VIEWS
    ]
    assert await archive.value("SELECT count(*) FROM message_social_graph") == 1


async def test_nothing_is_refreshed_before_its_time_or_without_a_change(
    archive: Archive, finish: Finish, engine: AsyncEngine
) -> None:
    task = RefreshViews(engine)
    await archive.message(await archive.channel(), "m", author_user_id=7)
    await finish(task)
    # The counts of the server arrive late: a refresh more, until they have.
    deadline = time.monotonic() + 15
    while True:
        assert await finish(task) == 0
        await archive.execute(LATER)
        if await finish(task) == 0:
            break
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)
    await archive.message(1, "n", author_user_id=7)
    while await finish(task) == 0:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.2)
    assert await archive.value("SELECT count(*) FROM message_social_graph") == 2


async def test_a_view_that_was_never_filled_is_refreshed(
    archive: Archive, finish: Finish, engine: AsyncEngine
) -> None:
    await archive.execute("REFRESH MATERIALIZED VIEW top_influencers WITH NO DATA")
    await finish(RefreshViews(engine))
    assert await archive.rows("SELECT * FROM top_influencers") == []


async def test_readers_are_not_blocked(archive: Archive, engine: AsyncEngine) -> None:
    async with archive.sessions() as reader:
        await (await reader.connection()).exec_driver_sql("SELECT FROM message_social_graph")
        # The reader's transaction holds its lock on the view until the end of the block.
        assert await asyncio.wait_for(run_batch(archive.sessions, RefreshViews(engine)), 20)


async def test_a_view_that_cannot_be_refreshed_is_logged_and_the_others_are(
    archive: Archive, engine: AsyncEngine
) -> None:
    await archive.execute(
        "CREATE MATERIALIZED VIEW a_broken AS SELECT 1 / (count(*) - 1) FROM channels"
    )
    await archive.channel()
    with pytest.raises(DBAPIError):
        await run_batch(archive.sessions, RefreshViews(engine))
    assert await archive.value(LOG) == 4
    [(status, error)] = await archive.rows(
        "SELECT status, error_message FROM materialized_view_refresh_log"
        " WHERE view_name = 'a_broken'"
    )
    assert status == "failed"
    assert "division by zero" in error
