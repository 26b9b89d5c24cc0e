"""Counts tag_stats again from message_tags.

Must never add to a number that is there: deleted messages take their tags along unseen.
"""

from services.enrichment.task import StatementTask

TAG_STATISTICS = StatementTask(
    "tag_statistics",
    300.0,
    """
    WITH counted AS (
        SELECT tag, tag_type, count(*)::integer AS usage_count,
               round(avg(confidence), 2) AS avg_confidence,
               min(created_at) AS first_seen, max(created_at) AS last_seen
        FROM message_tags GROUP BY tag, tag_type
    ),
    gone AS (
        DELETE FROM tag_stats AS s
        WHERE NOT EXISTS (
            SELECT FROM counted AS c WHERE c.tag = s.tag AND c.tag_type = s.tag_type)
    )
    INSERT INTO tag_stats AS s (tag, tag_type, usage_count, avg_confidence, first_seen, last_seen)
    SELECT tag, tag_type, usage_count, avg_confidence, first_seen, last_seen FROM counted
    ORDER BY tag, tag_type
    ON CONFLICT (tag, tag_type) DO UPDATE
    SET usage_count = excluded.usage_count, avg_confidence = excluded.avg_confidence,
        first_seen = excluded.first_seen, last_seen = excluded.last_seen
    WHERE (s.usage_count, s.avg_confidence, s.first_seen, s.last_seen) IS DISTINCT FROM
        (excluded.usage_count, excluded.avg_confidence, excluded.first_seen, excluded.last_seen)
    """,
)
