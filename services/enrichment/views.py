"""Refreshes the materialized views when they are due and something they read has changed.

Must never refresh in a transaction with other work, or block readers of a view that has rows.
"""

import time

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from services.enrichment.task import AnyRow, Batch
from shared.python.database import is_disconnect
from shared.python.models import EnrichmentProgress

HOUR = 3600.0
# As the comments of the views have it; a view that is not named here is refreshed hourly.
REFRESH_EVERY = {"channel_influence_network": 24 * HOUR, "top_influencers": 24 * HOUR}
# A view without rows is cheap to refresh, and a new platform should not wait a day for its first.
REFRESH_EMPTY_EVERY = 300.0

# Each view, whether it can be refreshed concurrently, when that was last begun and what came out,
# and how many rows its tables have had written.
_VIEWS = text("""
    SELECT v.matviewname AS name, quote_ident(v.matviewname) AS quoted,
           v.ispopulated AND EXISTS (
               SELECT FROM pg_index AS i
               WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid
                 AND i.indpred IS NULL AND i.indexprs IS NULL) AS concurrently,
           extract(epoch FROM now() - latest.started_at)::double precision AS age,
           latest.row_count,
           (SELECT coalesce(sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del), 0)::bigint
            FROM pg_stat_user_tables AS s
            WHERE s.relid IN (
                SELECT d.refobjid FROM pg_rewrite AS r
                JOIN pg_depend AS d ON d.objid = r.oid AND d.classid = 'pg_rewrite'::regclass
                WHERE r.ev_class = c.oid AND d.refclassid = 'pg_class'::regclass)) AS written
    FROM pg_matviews AS v
    JOIN pg_class AS c ON c.relname = v.matviewname AND c.relnamespace = 'public'::regnamespace
    LEFT JOIN LATERAL (
        SELECT l.started_at, l.row_count FROM materialized_view_refresh_log AS l
        WHERE l.view_name = v.matviewname AND l.status = 'completed'
        ORDER BY l.started_at DESC LIMIT 1
    ) AS latest ON true
    WHERE v.schemaname = 'public'
    ORDER BY v.matviewname
""")
_BEGIN = text("""
    INSERT INTO materialized_view_refresh_log (view_name, started_at)
    VALUES (:name, clock_timestamp()) RETURNING id
""")
_END = text("""
    UPDATE materialized_view_refresh_log
    SET finished_at = clock_timestamp(), duration_ms = :duration, row_count = :rows,
        status = :status, error_message = :error
    WHERE id = :id
""")


class RefreshViews:
    """The task that refreshes the views, on a connection of its own without transactions."""

    name = "views"
    every = 30.0

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._written: dict[str, int] = {}

    async def run_batch(self, session: AsyncSession, progress: EnrichmentProgress) -> Batch:
        """Refreshes what is due. The lock of the progress row keeps a second process out."""
        due = [view for view in await session.execute(_VIEWS) if self._is_due(view)]
        failure: DBAPIError | None = None
        async with self._engine.connect() as plain:
            connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
            for view in due:
                try:
                    await _refresh(connection, view)
                    self._written[view.name] = view.written
                except DBAPIError as error:
                    if is_disconnect(error):
                        raise
                    failure = error
        if failure is not None:
            raise failure
        progress.messages_processed += len(due)
        return Batch(len(due), more=False)

    def _is_due(self, view: AnyRow) -> bool:
        if view.age is None:
            return True
        every = REFRESH_EVERY.get(view.name, HOUR)
        if not view.row_count:
            every = min(every, REFRESH_EMPTY_EVERY)
        # After a start it is not known what has changed since the last refresh.
        return bool(view.age >= every) and self._written.get(view.name) != view.written


async def _refresh(connection: AsyncConnection, view: AnyRow) -> None:
    log = (await connection.execute(_BEGIN, {"name": view.name})).scalar_one()
    end = {"id": log, "rows": None, "status": "failed", "error": None}
    started = time.monotonic()
    concurrently = "CONCURRENTLY" if view.concurrently else ""
    try:
        await connection.execute(
            text(f"REFRESH MATERIALIZED VIEW {concurrently} public.{view.quoted}")
        )
        count = await connection.execute(text(f"SELECT count(*) FROM public.{view.quoted}"))
        end |= {"rows": count.scalar_one(), "status": "completed"}
    except DBAPIError as error:
        if not is_disconnect(error):
            await connection.execute(_END, end | _took(started) | {"error": str(error.orig)[:1000]})
        raise
    await connection.execute(_END, end | _took(started))


def _took(started: float) -> dict[str, int]:
    return {"duration": round((time.monotonic() - started) * 1000)}
