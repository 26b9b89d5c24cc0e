"""Counts channel_interactions again from the forwards in the archive.

The date of an original is stated by its forward, so the original itself need not be archived.
Spam and hidden messages do not count. Must never add to a number that is there: it counts anew.
"""

from services.enrichment.task import StatementTask

# A person needs longer than this to see a post, judge it and pass it on.
SYNCHRONIZED_SECONDS = 60

CHANNEL_INTERACTIONS = StatementTask(
    "channel_interactions",
    900.0,
    f"""
    WITH forwards AS (
        SELECT source.id AS from_id, m.channel_id AS to_id, m.telegram_date, m.osint_topic,
               CASE WHEN m.forward_date IS NOT NULL THEN
                   least(greatest(extract(epoch FROM m.telegram_date - m.forward_date), 0), 3e11)
               END AS delay
        FROM messages AS m
        JOIN channels AS source ON source.telegram_id = m.forward_from_channel_id
        WHERE source.id <> m.channel_id AND NOT m.is_spam AND NOT m.is_hidden
    ),
    topics AS (
        SELECT from_id, to_id, jsonb_object_agg(osint_topic, forwards) AS distribution
        FROM (
            SELECT from_id, to_id, osint_topic, count(*) AS forwards
            FROM forwards WHERE osint_topic IS NOT NULL GROUP BY from_id, to_id, osint_topic) AS t
        GROUP BY from_id, to_id
    ),
    pairs AS (
        SELECT from_id, to_id, count(*)::integer AS forwards,
               min(telegram_date) AS first_at, max(telegram_date) AS last_at,
               round(avg(delay) / 3600, 2) AS delay_hours,
               (count(*) FILTER (WHERE delay <= {SYNCHRONIZED_SECONDS}))::integer AS synchronized
        FROM forwards GROUP BY from_id, to_id
    ),
    gone AS (
        DELETE FROM channel_interactions AS i
        WHERE NOT EXISTS (
            SELECT FROM pairs AS p
            WHERE p.from_id = i.from_channel_id AND p.to_id = i.to_channel_id)
    )
    INSERT INTO channel_interactions AS i
        (from_channel_id, to_channel_id, forward_count, first_forward_at, last_forward_at,
         avg_forward_delay_hours, synchronized_forwards, topic_distribution)
    SELECT p.from_id, p.to_id, p.forwards, p.first_at, p.last_at, p.delay_hours, p.synchronized,
           coalesce(t.distribution, '{{}}')
    FROM pairs AS p
    LEFT JOIN topics AS t ON t.from_id = p.from_id AND t.to_id = p.to_id
    ORDER BY p.from_id, p.to_id
    ON CONFLICT (from_channel_id, to_channel_id) DO UPDATE
    SET forward_count = excluded.forward_count,
        first_forward_at = excluded.first_forward_at,
        last_forward_at = excluded.last_forward_at,
        avg_forward_delay_hours = excluded.avg_forward_delay_hours,
        synchronized_forwards = excluded.synchronized_forwards,
        topic_distribution = excluded.topic_distribution
    WHERE (i.forward_count, i.first_forward_at, i.last_forward_at, i.avg_forward_delay_hours,
           i.synchronized_forwards, i.topic_distribution)
        IS DISTINCT FROM
          (excluded.forward_count, excluded.first_forward_at, excluded.last_forward_at,
           excluded.avg_forward_delay_hours, excluded.synchronized_forwards,
           excluded.topic_distribution)
    """,
)
