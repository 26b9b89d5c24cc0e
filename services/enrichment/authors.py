"""Keeps telegram_users complete: a row for every author in the archive, and interaction_count.

Must never lower interaction_count, which the listener counts too, or wait for a row that the
triggers of a concurrent insert hold: it would be a deadlock now and then.
"""

from services.enrichment.walk import StatementWalk

AUTHORS = StatementWalk(
    "authors",
    """
    INSERT INTO telegram_users (telegram_id, first_seen, last_seen)
    SELECT author_user_id, min(telegram_date), max(telegram_date)
    FROM messages
    WHERE id > :after AND id <= :to AND author_user_id IS NOT NULL
    GROUP BY author_user_id
    HAVING NOT EXISTS (SELECT FROM telegram_users AS u WHERE u.telegram_id = author_user_id)
    ORDER BY author_user_id
    ON CONFLICT (telegram_id) DO NOTHING
    """,
    """
    UPDATE telegram_users AS u
    SET interaction_count = counted.interactions
    FROM (
        SELECT a.id, least(
            (SELECT count(*) FROM messages AS m WHERE m.author_user_id = a.telegram_id)
            + (SELECT count(*) FROM message_comments AS c WHERE c.author_user_id = a.telegram_id)
            + (SELECT count(*) FROM message_reactions AS r WHERE r.user_id = a.id),
            2147483647)::integer AS interactions
        FROM telegram_users AS a
        WHERE a.telegram_id IN (
            SELECT author_user_id FROM messages WHERE id > :after AND id <= :to)
        ORDER BY a.id
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS counted
    WHERE counted.id = u.id AND u.interaction_count < counted.interactions
    """,
)
