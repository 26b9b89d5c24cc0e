"""Channels, the messages archived from them, and the accounts of old (section 1).

Never set search_vector or updated_at: triggers write them.
"""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship

from shared.python.models.base import (
    Base,
    BigInt,
    BigKey,
    Count,
    Embedding,
    EmptyObject,
    FlagOff,
    FlagOn,
    IntKey,
    JsonObject,
    SetNow,
    Touched,
    embedding_check,
    large_column,
    owned,
    reference,
)

if TYPE_CHECKING:
    from shared.python.models.ai import MessageTag
    from shared.python.models.entities import MessageEntity, OpensanctionsMessageEntity
    from shared.python.models.events import ClusterMessage, EventMessage, MessageLocation
    from shared.python.models.media import MessageMedia
    from shared.python.models.news import MessageNewsCorrelation, MessageValidation
    from shared.python.models.social import MessageComment, MessageReaction


class User(Base):
    """Accounts from before Ory Kratos.

    Legacy: new tables refer to people by kratos_identity_id, never by users.id.
    """

    __tablename__ = "users"

    id: Mapped[BigKey]
    username: Mapped[str] = mapped_column(String(50), unique=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    hashed_password: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[FlagOn]
    is_admin: Mapped[FlagOff]
    created_at: Mapped[SetNow]
    last_login: Mapped[datetime | None]


class Channel(Base):
    """Telegram channels and groups the listener follows or has followed.

    Deleting a row deletes everything archived from it; set active = false instead.
    """

    __tablename__ = "channels"
    __table_args__ = (
        CheckConstraint("type::text IN ('channel', 'megagroup')", name="ck_channels_type"),
        CheckConstraint(
            "rule::text IN ('archive_all', 'selective_archive', 'discovery')",
            name="ck_channels_rule",
        ),
        CheckConstraint(
            "backfill_status::text IN ('pending', 'in_progress', 'completed', 'failed')",
            name="ck_channels_backfill_status",
        ),
        CheckConstraint(
            "affiliation::text IN ('russia', 'ukraine', 'neutral', 'unknown')",
            name="ck_channels_affiliation",
        ),
        CheckConstraint(
            "discovery_status::text IN ('discovered', 'evaluating', 'promoted', 'rejected')",
            name="ck_channels_discovery_status",
        ),
        Index("idx_channels_folder", "folder"),
        Index("idx_channels_rule", "rule"),
        Index("idx_channels_discovery_status", "discovery_status"),
        Index("idx_channels_source_type", "source_type"),
    )

    id: Mapped[IntKey]
    telegram_id: Mapped[BigInt] = mapped_column(unique=True)
    access_hash: Mapped[BigInt | None]
    username: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None]
    type: Mapped[str] = mapped_column(String(20), server_default=text("'channel'"))
    verified: Mapped[FlagOff]
    scam: Mapped[FlagOff]
    fake: Mapped[FlagOff]
    restricted: Mapped[FlagOff]
    folder: Mapped[str | None] = mapped_column(String(100))
    rule: Mapped[str | None] = mapped_column(String(50))
    active: Mapped[FlagOn]
    removed_at: Mapped[datetime | None]
    backfill_status: Mapped[str | None] = mapped_column(String(20))
    backfill_last_message_id: Mapped[BigInt | None]
    backfill_started_at: Mapped[datetime | None]
    backfill_completed_at: Mapped[datetime | None]
    source_type: Mapped[str | None] = mapped_column(String(50))
    affiliation: Mapped[str] = mapped_column(String(20), server_default=text("'unknown'"))
    source_account: Mapped[str | None] = mapped_column(String(100))
    discovery_status: Mapped[str | None] = mapped_column(String(20))
    quality_metrics: Mapped[EmptyObject]
    discussion_group_id: Mapped[BigInt | None]
    linked_discussion_channel_id: Mapped[BigInt | None]
    has_reactions_enabled: Mapped[FlagOff]
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]

    messages: WriteOnlyMapped["Message"] = relationship(
        back_populates="channel", cascade="all, delete-orphan", passive_deletes=True
    )


class Message(Base):
    """The archive.

    One row for each Telegram message that passed the rule of its channel, spam included (flagged).
    Written by the processor, completed by the enrichment.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel_id", "message_id", name="uq_messages_channel_message"),
        CheckConstraint(
            "media_type::text IN ('photo', 'video', 'document')", name="ck_messages_media_type"
        ),
        CheckConstraint("spam_confidence BETWEEN 0 AND 100", name="ck_messages_spam_confidence"),
        CheckConstraint(
            "spam_type::text IN ('financial', 'promotional', 'off_topic', 'forwarding', "
            "'fundraising')",
            name="ck_messages_spam_type",
        ),
        CheckConstraint(
            "osint_topic::text IN ('combat', 'equipment', 'casualties', 'movements', "
            "'infrastructure', 'humanitarian', 'diplomatic', 'intelligence', 'propaganda', "
            "'units', 'locations', 'general', 'uncertain')",
            name="ck_messages_osint_topic",
        ),
        CheckConstraint(
            "importance_level::text IN ('high', 'medium', 'low')",
            name="ck_messages_importance_level",
        ),
        embedding_check("ck_messages_content_embedding", "content_embedding"),
        Index("idx_messages_channel_date", "channel_id", text("telegram_date DESC")),
        Index("idx_messages_telegram_date", "telegram_date"),
        Index("idx_messages_importance_level", "importance_level"),
        Index("idx_messages_osint_topic", "osint_topic"),
        Index("idx_messages_is_spam", "is_spam"),
        Index("idx_messages_content_hash", "content_hash"),
        Index("idx_messages_language_detected", "language_detected"),
        Index("idx_messages_search_vector", "search_vector", postgresql_using="gin"),
        Index(
            "idx_messages_author",
            "author_user_id",
            postgresql_where=text("author_user_id IS NOT NULL"),
        ),
        Index(
            "idx_messages_album",
            "channel_id",
            "grouped_id",
            postgresql_where=text("grouped_id IS NOT NULL"),
        ),
        Index("idx_messages_backfilled", "is_backfilled", postgresql_where=text("is_backfilled")),
        Index(
            "idx_messages_untranslated",
            "created_at",
            postgresql_where=text("content_translated IS NULL AND is_spam = false"),
        ),
        Index(
            "idx_messages_unembedded",
            "created_at",
            postgresql_where=text("content_embedding IS NULL AND is_spam = false"),
        ),
    )

    id: Mapped[BigKey]
    message_id: Mapped[BigInt]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    # text
    content: Mapped[str | None]
    content_translated: Mapped[str | None]
    telegram_date: Mapped[datetime]
    language_detected: Mapped[str | None] = mapped_column(String(10))
    translation_target: Mapped[str | None] = mapped_column(String(10))
    translation_provider: Mapped[str | None] = mapped_column(String(50))
    translation_timestamp: Mapped[datetime | None]
    translation_cost_usd: Mapped[Decimal | None] = mapped_column(Numeric(10, 6))
    # who and from where
    author_user_id: Mapped[BigInt | None]
    replied_to_message_id: Mapped[BigInt | None]
    forward_from_channel_id: Mapped[BigInt | None]
    forward_from_message_id: Mapped[BigInt | None]
    forward_date: Mapped[datetime | None]
    # comments and engagement
    has_comments: Mapped[FlagOff]
    comments_count: Mapped[Count]
    linked_chat_id: Mapped[BigInt | None]
    last_comment_fetch: Mapped[datetime | None]
    views: Mapped[int | None]
    forwards: Mapped[int | None]
    last_engagement_poll: Mapped[datetime | None]
    # media
    media_type: Mapped[str | None] = mapped_column(String(20))
    grouped_id: Mapped[BigInt | None]
    # judgement
    is_spam: Mapped[FlagOff]
    spam_confidence: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    spam_type: Mapped[str | None] = mapped_column(String(50))
    is_hidden: Mapped[FlagOff]
    osint_topic: Mapped[str | None] = mapped_column(String(50))
    importance_level: Mapped[str | None] = mapped_column(String(20))
    is_ukraine_relevant: Mapped[FlagOn]
    # derived
    content_embedding: Mapped[Embedding | None] = large_column()
    embedding_model: Mapped[str | None] = mapped_column(String(100))
    search_vector: Mapped[str | None] = large_column(TSVECTOR)
    entities: Mapped[JsonObject | None]
    metadata_: Mapped[EmptyObject] = mapped_column("metadata")
    content_hash: Mapped[str | None] = mapped_column(String(64))
    metadata_hash: Mapped[str | None] = mapped_column(String(64))
    # provenance
    is_backfilled: Mapped[FlagOff]
    source_account: Mapped[str | None] = mapped_column(String(100))
    trace_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]

    channel: Mapped["Channel"] = reference(back_populates="messages")
    media: Mapped[list["MessageMedia"]] = owned(
        back_populates="message", order_by="MessageMedia.position"
    )
    tags: Mapped[list["MessageTag"]] = owned(back_populates="message")
    entity_matches: Mapped[list["MessageEntity"]] = owned(back_populates="message")
    sanctions_matches: Mapped[list["OpensanctionsMessageEntity"]] = owned(back_populates="message")
    news_correlations: Mapped[list["MessageNewsCorrelation"]] = owned(back_populates="message")
    validation: Mapped["MessageValidation | None"] = owned(back_populates="message")
    event_links: Mapped[list["EventMessage"]] = owned(back_populates="message")
    cluster_links: Mapped[list["ClusterMessage"]] = owned(back_populates="message")
    locations: Mapped[list["MessageLocation"]] = owned(back_populates="message")
    reactions: Mapped[list["MessageReaction"]] = owned(back_populates="message")
    comments: Mapped[list["MessageComment"]] = owned(
        back_populates="parent_message", order_by="MessageComment.telegram_date"
    )


class MessageQuarantine(Base):
    """Messages the processor did not archive and a person may still rescue.

    Not in messages until approved.
    """

    __tablename__ = "message_quarantine"
    __table_args__ = (
        UniqueConstraint("channel_id", "telegram_message_id", name="uq_quarantine_channel_message"),
        CheckConstraint(
            "quarantine_reason::text IN ('off_topic', 'spam_suspected', 'low_confidence')",
            name="ck_message_quarantine_reason",
        ),
        CheckConstraint(
            "review_status::text IN ('pending', 'approved', 'rejected', 'expired')",
            name="ck_message_quarantine_review_status",
        ),
        Index("idx_message_quarantine_review_status", "review_status"),
        Index("idx_message_quarantine_expires_at", "expires_at"),
    )

    id: Mapped[BigKey]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    telegram_message_id: Mapped[BigInt]
    content: Mapped[str | None]
    quarantine_reason: Mapped[str] = mapped_column(String(30))
    quarantine_details: Mapped[str | None]
    is_ukraine_relevant: Mapped[FlagOff]
    review_status: Mapped[str] = mapped_column(String(20), server_default=text("'pending'"))
    reviewed_by: Mapped[str | None] = mapped_column(String(100))
    review_notes: Mapped[str | None]
    expires_at: Mapped[datetime] = mapped_column(server_default=text("now() + interval '7 days'"))
    feedback_sent_to_llm: Mapped[FlagOff]
    created_at: Mapped[SetNow]

    channel: Mapped["Channel"] = reference()
