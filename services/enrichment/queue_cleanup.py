"""Deletes rows of ingest_queue that have been done for long enough.

Must never delete a row that is not done: dead ones wait for a person.
"""

from services.enrichment.task import StatementTask

KEEP_DAYS = 7

QUEUE_CLEANUP = StatementTask(
    "queue_cleanup",
    60.0,
    f"""
    DELETE FROM ingest_queue
    WHERE id IN (
        SELECT id FROM ingest_queue
        WHERE status = 'done' AND finished_at < now() - interval '{KEEP_DAYS} days'
        ORDER BY finished_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    """,
    limit=1_000,
)
