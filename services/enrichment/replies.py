"""Writes message_replies: which archived message answers which.

A parent that is archived after its reply, as in a backfill, is found by the next sweep.
Must never link messages of two channels: a reply names a message of its own channel.
"""

from services.enrichment.walk import StatementWalk

REPLIES = StatementWalk(
    "replies",
    """
    INSERT INTO message_replies
        (parent_message_id, reply_message_id, reply_to_msg_id, discussion_group_id, author_user_id)
    SELECT parent.id, reply.id, reply.replied_to_message_id,
           CASE WHEN EXISTS (
               SELECT FROM channels AS owner
               WHERE c.type = 'megagroup' AND (owner.discussion_group_id = c.telegram_id
                  OR owner.linked_discussion_channel_id = c.telegram_id))
           THEN c.telegram_id END,
           reply.author_user_id
    FROM messages AS reply
    JOIN channels AS c ON c.id = reply.channel_id
    JOIN messages AS parent
      ON parent.channel_id = reply.channel_id AND parent.message_id = reply.replied_to_message_id
    WHERE reply.id > :after AND reply.id <= :to AND parent.id <> reply.id
    ON CONFLICT (reply_message_id) DO NOTHING
    """,
)
