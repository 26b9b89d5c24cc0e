"""Articles from feeds, and how messages relate to them (section 6).

Never set search_vector: a trigger writes it.
"""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from shared.python.models.base import (
    Base,
    BigKey,
    Count,
    Embedding,
    EmptyTexts,
    FlagOff,
    FlagOn,
    IntKey,
    JsonArray,
    JsonObject,
    SetNow,
    Touched,
    embedding_check,
    large_column,
    owned,
    reference,
)

if TYPE_CHECKING:
    from shared.python.models.core import Message


class RssFeed(Base):
    """News feeds that are polled.

    To stop one set active = false; a deleted seed row comes back when init.sql runs again.
    """

    __tablename__ = "rss_feeds"
    __table_args__ = (
        CheckConstraint(
            "category::text IN ('ukraine', 'russia', 'neutral', 'analysis', 'osint_community', "
            "'aggregator')",
            name="ck_rss_feeds_category",
        ),
        CheckConstraint("trust_level BETWEEN 1 AND 5", name="ck_rss_feeds_trust_level"),
        Index("idx_rss_feeds_active_polled", "active", "last_polled_at"),
        Index("idx_rss_feeds_category", "category"),
    )

    id: Mapped[IntKey]
    name: Mapped[str] = mapped_column(String(255), unique=True)
    url: Mapped[str] = mapped_column(unique=True)
    website_url: Mapped[str | None]
    category: Mapped[str] = mapped_column(String(50))
    trust_level: Mapped[int]
    language: Mapped[str] = mapped_column(String(10), server_default=text("'en'"))
    country: Mapped[str | None] = mapped_column(String(10))
    description: Mapped[str | None]
    active: Mapped[FlagOn]
    last_polled_at: Mapped[datetime | None]
    last_successful_poll_at: Mapped[datetime | None]
    poll_failures_count: Mapped[Count]
    articles_fetched_total: Mapped[Count]
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]


class NewsSource(Base):
    """Publishers by domain.

    Rows appear when an aggregator feed brings an article of a new domain.
    """

    __tablename__ = "news_sources"
    __table_args__ = (
        CheckConstraint("trust_level BETWEEN 1 AND 5", name="ck_news_sources_trust_level"),
        CheckConstraint(
            "bias::text IN ('neutral', 'pro_ukraine', 'pro_russia', 'mixed')",
            name="ck_news_sources_bias",
        ),
    )

    id: Mapped[IntKey]
    domain: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str | None] = mapped_column(String(255))
    trust_level: Mapped[int | None]
    category: Mapped[str | None] = mapped_column(String(50))
    bias: Mapped[str | None] = mapped_column(String(20))
    verified: Mapped[FlagOff]
    articles_count: Mapped[Count]


class ExternalNews(Base):
    """News articles from the feeds, kept to confirm or contradict what the channels say."""

    __tablename__ = "external_news"
    __table_args__ = (
        CheckConstraint(
            "importance_level::text IN ('high', 'medium', 'low')",
            name="ck_external_news_importance_level",
        ),
        CheckConstraint(
            "source_trust_level BETWEEN 1 AND 5", name="ck_external_news_source_trust_level"
        ),
        embedding_check("ck_external_news_embedding", "embedding"),
        Index("idx_external_news_url_hash", "url_hash"),
        Index("idx_external_news_feed", "feed_id"),
        Index("idx_external_news_published_at", "published_at"),
        Index("idx_external_news_source", "source_id"),
        Index("idx_external_news_source_domain", "source_domain"),
        Index("idx_external_news_category_published", "source_category", "published_at"),
        Index(
            "idx_external_news_search_vector",
            "search_vector",
            "source_category",
            postgresql_using="gin",
        ),
    )

    id: Mapped[BigKey]
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("rss_feeds.id", ondelete="SET NULL"))
    source_type: Mapped[str] = mapped_column(String(20), server_default=text("'rss'"))
    title: Mapped[str]
    content: Mapped[str | None]
    summary: Mapped[str | None]
    url: Mapped[str] = mapped_column(unique=True)
    url_hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    author: Mapped[str | None] = mapped_column(String(255))
    importance_level: Mapped[str | None] = mapped_column(String(20))
    tags: Mapped[EmptyTexts]
    entities: Mapped[JsonObject | None]
    embedding: Mapped[Embedding | None] = large_column()
    source_category: Mapped[str | None] = mapped_column(String(50))
    source_trust_level: Mapped[int | None]
    source_id: Mapped[int | None] = mapped_column(
        ForeignKey("news_sources.id", ondelete="SET NULL")
    )
    source_domain: Mapped[str | None] = mapped_column(String(255))
    processed_at: Mapped[datetime | None]
    correlation_count: Mapped[Count]
    search_vector: Mapped[str | None] = large_column(TSVECTOR)
    created_at: Mapped[SetNow]

    feed: Mapped["RssFeed | None"] = reference()
    source: Mapped["NewsSource | None"] = reference()
    correlations: Mapped[list["MessageNewsCorrelation"]] = owned(back_populates="article")


class MessageNewsCorrelation(Base):
    """Pairs of a message and an article about the same matter."""

    __tablename__ = "message_news_correlations"
    __table_args__ = (
        UniqueConstraint("message_id", "news_id", name="uq_message_news_correlation"),
        CheckConstraint(
            "correlation_type::text IN ('same_event', 'related_topic')",
            name="ck_message_news_correlations_correlation_type",
        ),
        CheckConstraint(
            "validation_type::text IN ('confirms', 'contradicts', 'context', 'alternative')",
            name="ck_message_news_correlations_validation_type",
        ),
        Index("idx_message_news_correlations_news", "news_id"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    news_id: Mapped[int] = mapped_column(ForeignKey("external_news.id", ondelete="CASCADE"))
    similarity_score: Mapped[Decimal] = mapped_column(Numeric(5, 4))
    entity_overlap_score: Mapped[Count]
    time_proximity_hours: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    correlation_type: Mapped[str] = mapped_column(String(50))
    telegram_source_category: Mapped[str | None] = mapped_column(String(50))
    rss_source_category: Mapped[str | None] = mapped_column(String(50))
    perspective_difference: Mapped[FlagOff]
    matched_entities: Mapped[JsonArray] = mapped_column(server_default=text("'[]'"))
    validation_type: Mapped[str | None] = mapped_column(String(50))
    relevance_explanation: Mapped[str | None]
    confidence: Mapped[float | None]
    created_at: Mapped[SetNow]

    message: Mapped["Message"] = reference(back_populates="news_correlations")
    article: Mapped["ExternalNews"] = reference(back_populates="correlations")


class MessageValidation(Base):
    """What the news say about a message, summed up.

    A cache: rows may be deleted and are made again on request.
    """

    __tablename__ = "message_validations"
    __table_args__ = (
        CheckConstraint(
            "confidence_score BETWEEN 0 AND 1", name="ck_message_validations_confidence_score"
        ),
        Index("idx_message_validations_expires_at", "expires_at"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), unique=True
    )
    summary: Mapped[str | None]
    confidence_score: Mapped[float | None]
    total_articles_found: Mapped[Count]
    cached_at: Mapped[SetNow]
    expires_at: Mapped[datetime]

    message: Mapped["Message"] = reference(back_populates="validation")
