"""Counts opensanctions_entities.mention_count again from opensanctions_message_entities.

Must never add to a number that is there: deleted messages take their matches along unseen.
"""

from services.enrichment.task import StatementTask

MENTION_COUNTS = StatementTask(
    "mention_counts",
    900.0,
    """
    UPDATE opensanctions_entities AS e SET mention_count = counted.mentions
    FROM (
        SELECT a.id, count(m.id)::integer AS mentions
        FROM opensanctions_entities AS a
        LEFT JOIN opensanctions_message_entities AS m ON m.entity_id = a.id
        GROUP BY a.id
    ) AS counted
    WHERE counted.id = e.id AND e.mention_count <> counted.mentions
    """,
)
