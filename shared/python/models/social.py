"""Who writes, reacts, comments, replies and forwards (section 8).

Never take a Telegram id for a key of ours: see the comments in init.sql.
"""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.python.models.base import (
    Base,
    BigInt,
    BigKey,
    Count,
    EmptyObject,
    FlagOff,
    FlagOn,
    SetNow,
    reference,
)

if TYPE_CHECKING:
    from shared.python.models.core import Channel, Message


class TelegramUser(Base):
    """People and bots seen writing or reacting on Telegram. They are not users of this platform."""

    __tablename__ = "telegram_users"
    __table_args__ = (
        Index(
            "idx_telegram_users_username", "username", postgresql_where=text("username IS NOT NULL")
        ),
    )

    id: Mapped[BigKey]
    telegram_id: Mapped[BigInt] = mapped_column(unique=True)
    first_name: Mapped[str | None] = mapped_column(String(255))
    last_name: Mapped[str | None] = mapped_column(String(255))
    username: Mapped[str | None] = mapped_column(String(255))
    is_bot: Mapped[FlagOff]
    is_verified: Mapped[FlagOff]
    is_premium: Mapped[FlagOff]
    interaction_count: Mapped[Count]
    first_seen: Mapped[SetNow]
    last_seen: Mapped[SetNow]


class MessageReaction(Base):
    """Reactions to messages.

    One row for the total of each emoji (user_id NULL), and one for each person Telegram names.
    """

    __tablename__ = "message_reactions"
    __table_args__ = (
        UniqueConstraint(
            "message_id", "emoji", "user_id", name="uq_message_reactions_message_id_emoji_user_id"
        ),
        CheckConstraint("count >= 0", name="ck_message_reactions_count"),
        Index(
            "uq_message_reactions_total",
            "message_id",
            "emoji",
            unique=True,
            postgresql_where=text("user_id IS NULL"),
        ),
        Index("idx_message_reactions_user", "user_id"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    emoji: Mapped[str] = mapped_column(String(20))
    count: Mapped[int] = mapped_column(server_default=text("1"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("telegram_users.id", ondelete="CASCADE"))
    reacted_at: Mapped[datetime | None]
    first_seen: Mapped[SetNow]
    last_updated: Mapped[SetNow]

    message: Mapped["Message"] = reference(back_populates="reactions")
    user: Mapped["TelegramUser | None"] = reference()


class MessageComment(Base):
    """Comments on channel posts, fetched from the linked discussion group."""

    __tablename__ = "message_comments"
    __table_args__ = (
        UniqueConstraint(
            "parent_message_id",
            "comment_id",
            name="uq_message_comments_parent_message_id_comment_id",
        ),
        Index("idx_message_comments_parent_date", "parent_message_id", text("telegram_date DESC")),
        Index("idx_message_comments_author", "author_user_id"),
    )

    id: Mapped[BigKey]
    parent_message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    comment_id: Mapped[BigInt]
    author_user_id: Mapped[BigInt | None]
    content: Mapped[str | None]
    translated_content: Mapped[str | None]
    telegram_date: Mapped[datetime]
    is_pinned: Mapped[FlagOff]
    views: Mapped[int | None]
    reactions_count: Mapped[Count]
    replies_count: Mapped[Count]
    reply_to_comment_id: Mapped[BigInt | None]
    created_at: Mapped[SetNow]

    parent_message: Mapped["Message"] = reference(back_populates="comments")


class MessageEngagementTimeline(Base):
    """How views, forwards and reactions of a message grew, one row for each poll.

    The unique key, read backwards, gives the latest.
    """

    __tablename__ = "message_engagement_timeline"
    __table_args__ = (
        UniqueConstraint(
            "message_id",
            "snapshot_at",
            name="uq_message_engagement_timeline_message_id_snapshot_at",
        ),
        Index(
            "idx_message_engagement_timeline_propagation", text("propagation_rate DESC NULLS LAST")
        ),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    snapshot_at: Mapped[SetNow]
    views_count: Mapped[Count]
    forwards_count: Mapped[Count]
    reactions_count: Mapped[Count]
    comments_count: Mapped[Count]
    views_delta: Mapped[Count]
    forwards_delta: Mapped[Count]
    reactions_delta: Mapped[Count]
    propagation_rate: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    engagement_rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))

    message: Mapped["Message"] = reference()


class ViralPost(Base):
    """Messages that spread far beyond the average of their channel.

    They are polled more often.
    """

    __tablename__ = "viral_posts"
    __table_args__ = (
        CheckConstraint(
            "viral_reason::text IN ('high_views', 'high_forwards', 'high_comments', 'velocity')",
            name="ck_viral_posts_viral_reason",
        ),
        CheckConstraint(
            "deactivation_reason::text IN ('age_limit', 'engagement_plateau', 'manual')",
            name="ck_viral_posts_deactivation_reason",
        ),
        Index("idx_viral_posts_active_check", "is_active", "last_comment_check"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), unique=True
    )
    viral_reason: Mapped[str] = mapped_column(String(20))
    viral_score: Mapped[Count]
    views_at_detection: Mapped[Count]
    forwards_at_detection: Mapped[Count]
    channel_avg_views: Mapped[int | None]
    last_comment_check: Mapped[datetime | None]
    is_active: Mapped[FlagOn]
    deactivation_reason: Mapped[str | None] = mapped_column(String(30))
    detected_at: Mapped[SetNow]

    message: Mapped["Message"] = reference()


class ChannelInteraction(Base):
    """How often one channel forwards from another. Computed by the enrichment."""

    __tablename__ = "channel_interactions"
    __table_args__ = (
        UniqueConstraint(
            "from_channel_id", "to_channel_id", name="uq_channel_interactions_from_to"
        ),
        CheckConstraint(
            "from_channel_id <> to_channel_id", name="ck_channel_interactions_not_self"
        ),
        Index("idx_channel_interactions_to", "to_channel_id"),
        Index(
            "idx_channel_interactions_synchronized",
            text("synchronized_forwards DESC"),
            postgresql_where=text("synchronized_forwards > 0"),
        ),
    )

    id: Mapped[BigKey]
    from_channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    to_channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    forward_count: Mapped[Count]
    first_forward_at: Mapped[datetime | None]
    last_forward_at: Mapped[datetime | None]
    avg_forward_delay_hours: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    synchronized_forwards: Mapped[Count]
    topic_distribution: Mapped[EmptyObject]

    from_channel: Mapped["Channel"] = reference(foreign_keys=[from_channel_id])
    to_channel: Mapped["Channel"] = reference(foreign_keys=[to_channel_id])


class MessageReply(Base):
    """Which archived message answers which; a message answers at most one."""

    __tablename__ = "message_replies"
    __table_args__ = (Index("idx_message_replies_parent", "parent_message_id"),)

    id: Mapped[BigKey]
    parent_message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    reply_message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), unique=True
    )
    reply_to_msg_id: Mapped[BigInt | None]
    discussion_group_id: Mapped[BigInt | None]
    author_user_id: Mapped[BigInt | None]
    created_at: Mapped[SetNow]

    parent: Mapped["Message"] = reference(foreign_keys=[parent_message_id])
    reply: Mapped["Message"] = reference(foreign_keys=[reply_message_id])


class MessageForward(Base):
    """Forwards of which both sides are in the archive."""

    __tablename__ = "message_forwards"
    __table_args__ = (
        UniqueConstraint(
            "original_message_id",
            "forwarded_message_id",
            name="uq_message_forwards_original_forwarded",
        ),
        Index("idx_message_forwards_forwarded", "forwarded_message_id"),
    )

    id: Mapped[BigKey]
    original_message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    forwarded_message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    forward_date: Mapped[datetime | None]
    forward_from_id: Mapped[BigInt | None]
    forward_from_name: Mapped[str | None]
    forward_signature: Mapped[str | None]
    propagation_seconds: Mapped[int | None]
    created_at: Mapped[SetNow]

    original: Mapped["Message"] = reference(foreign_keys=[original_message_id])
    forwarded: Mapped["Message"] = reference(foreign_keys=[forwarded_message_id])


class ChannelDiscoveryQueue(Base):
    """Channels that archived messages point to and nobody follows yet."""

    __tablename__ = "channel_discovery_queue"
    __table_args__ = (
        Index("idx_channel_discovery_queue_from_channel", "discovered_from_channel_id"),
        Index("idx_channel_discovery_queue_status", "status", text("discovery_count DESC")),
    )

    id: Mapped[BigKey]
    telegram_id: Mapped[BigInt] = mapped_column(unique=True)
    discovered_via: Mapped[str] = mapped_column(String(30))
    discovered_from_channel_id: Mapped[int | None] = mapped_column(
        ForeignKey("channels.id", ondelete="SET NULL")
    )
    discovery_count: Mapped[int] = mapped_column(server_default=text("1"))
    first_seen: Mapped[SetNow]
    last_seen: Mapped[SetNow]
    status: Mapped[str] = mapped_column(String(20), server_default=text("'pending'"))

    discovered_from: Mapped["Channel | None"] = reference()
