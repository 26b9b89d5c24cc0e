"""Fills search vectors that are missing, as after a restore with the triggers off.

The triggers run when search_vector is assigned, so the text of a vector is decided in one place.
Must never compute a vector itself.
"""

from services.enrichment.task import StatementTask
from services.enrichment.walk import StatementWalk

MESSAGES = StatementWalk(
    "search_vectors",
    """
    UPDATE messages SET search_vector = NULL
    WHERE id IN (
        SELECT id FROM messages
        WHERE id > :after AND id <= :to AND search_vector IS NULL
        ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
    """,
)


def _fill(table: str) -> StatementTask:
    # No limit that asks for more at once: with the trigger disabled there would be no end.
    return StatementTask(
        f"search_vectors_{table}",
        60.0,
        f"""
        UPDATE {table} SET search_vector = NULL
        WHERE id IN (
            SELECT id FROM {table} WHERE search_vector IS NULL
            ORDER BY id LIMIT 5000 FOR NO KEY UPDATE SKIP LOCKED)
        """,
    )


EVENTS = _fill("events")
NEWS = _fill("external_news")
