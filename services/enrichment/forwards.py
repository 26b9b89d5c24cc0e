"""Writes message_forwards: forwards of which both sides are in the archive.

An original that is archived after its forward is found by the next sweep.
Must never fail on a date that makes no sense: it comes from outside.
"""

from services.enrichment.walk import StatementWalk

FORWARDS = StatementWalk(
    "forwards",
    """
    INSERT INTO message_forwards
        (original_message_id, forwarded_message_id, forward_date, forward_from_id,
         forward_from_name, propagation_seconds)
    SELECT original.id, forward.id, forward.forward_date, forward.forward_from_channel_id, c.name,
           least(greatest(extract(epoch FROM forward.telegram_date - original.telegram_date), 0),
                 2147483647)::integer
    FROM messages AS forward
    JOIN channels AS c ON c.telegram_id = forward.forward_from_channel_id
    JOIN messages AS original
      ON original.channel_id = c.id AND original.message_id = forward.forward_from_message_id
    WHERE forward.id > :after AND forward.id <= :to AND original.id <> forward.id
    ON CONFLICT (original_message_id, forwarded_message_id) DO NOTHING
    """,
)
