"""Writes message_engagement_timeline: one snapshot for each poll of views and forwards.

A poll is known by messages.last_engagement_poll, so that running twice adds nothing. Of polls that
follow each other faster than the sweeps of this task only the latest is kept.
Must never fail on a rate that does not fit its column.
"""

from services.enrichment.walk import StatementWalk

ENGAGEMENT = StatementWalk(
    "engagement_timeline",
    """
    INSERT INTO message_engagement_timeline
        (message_id, snapshot_at, views_count, forwards_count, reactions_count, comments_count,
         views_delta, forwards_delta, reactions_delta, propagation_rate, engagement_rate)
    SELECT poll.id, poll.last_engagement_poll, poll.views, poll.forwards, poll.reactions,
           poll.comments,
           coalesce(poll.views - past.views_count, 0),
           coalesce(poll.forwards - past.forwards_count, 0),
           coalesce(poll.reactions - past.reactions_count, 0),
           CASE WHEN past.snapshot_at IS NOT NULL THEN
               greatest(least((poll.forwards - past.forwards_count) * 3600.0 / greatest(
                   extract(epoch FROM poll.last_engagement_poll - past.snapshot_at), 1),
                   99999999.99), -99999999.99) END,
           CASE WHEN poll.views > 0 THEN
               least((poll.reactions::bigint + poll.comments + poll.forwards) * 100.0 / poll.views,
                   999.99) END
    FROM (
        SELECT m.id, m.last_engagement_poll, coalesce(m.views, 0) AS views,
               coalesce(m.forwards, 0) AS forwards, m.comments_count AS comments,
               least(coalesce(r.reactions, 0), 2147483647)::integer AS reactions
        FROM messages AS m
        LEFT JOIN LATERAL (
            SELECT sum(e.reactions) AS reactions
            FROM (
                SELECT greatest(coalesce(sum(count) FILTER (WHERE user_id IS NULL), 0),
                                coalesce(sum(count) FILTER (WHERE user_id IS NOT NULL), 0))
                       AS reactions
                FROM message_reactions WHERE message_id = m.id GROUP BY emoji) AS e
        ) AS r ON true
        WHERE m.id > :after AND m.id <= :to AND m.last_engagement_poll IS NOT NULL
    ) AS poll
    LEFT JOIN LATERAL (
        SELECT * FROM message_engagement_timeline AS t
        WHERE t.message_id = poll.id ORDER BY t.snapshot_at DESC LIMIT 1
    ) AS past ON true
    WHERE past.snapshot_at IS NULL OR past.snapshot_at < poll.last_engagement_poll
    ON CONFLICT (message_id, snapshot_at) DO NOTHING
    """,
    sweep_every=600.0,
)
