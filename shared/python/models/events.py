"""Events, clusters of messages on their way to one, and places (section 7).

Never set the counts of an event or a cluster: triggers count them again from the rows.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from shared.python.models.base import (
    Base,
    BigKey,
    Count,
    Embedding,
    EmptyTexts,
    FlagOff,
    Point,
    SetNow,
    Touched,
    embedding_check,
    large_column,
    owned,
    reference,
)

if TYPE_CHECKING:
    from shared.python.models.core import Channel, Message
    from shared.python.models.news import ExternalNews


class Event(Base):
    """Things that happened, put together from messages and articles."""

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint(
            "tier_status::text IN ('breaking', 'developing', 'confirmed', 'verified')",
            name="ck_events_tier_status",
        ),
        embedding_check("ck_events_content_embedding", "content_embedding"),
        Index("idx_events_tier_live", "tier_status", postgresql_where=text("archived_at IS NULL")),
        Index("idx_events_major", text("last_activity_at DESC"), postgresql_where=text("is_major")),
        Index("idx_events_last_activity_at", "last_activity_at"),
        Index("idx_events_event_type", "event_type"),
        Index("idx_events_search_vector", "search_vector", postgresql_using="gin"),
    )

    id: Mapped[BigKey]
    title: Mapped[str]
    summary: Mapped[str | None]
    event_type: Mapped[str | None] = mapped_column(String(50))
    location_name: Mapped[str | None]
    location_coords: Mapped[tuple[float, float] | None] = mapped_column(Point)
    event_date: Mapped[date | None]
    tier_status: Mapped[str] = mapped_column(String(20), server_default=text("'breaking'"))
    is_major: Mapped[FlagOff]
    rss_source_count: Mapped[Count]
    telegram_channel_count: Mapped[Count]
    telegram_message_count: Mapped[Count]
    content_embedding: Mapped[Embedding | None] = large_column()
    search_vector: Mapped[str | None] = large_column(TSVECTOR)
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]
    last_activity_at: Mapped[SetNow]
    archived_at: Mapped[datetime | None]

    message_links: Mapped[list["EventMessage"]] = owned(back_populates="event")
    source_links: Mapped[list["EventSource"]] = owned(back_populates="event")


class EventMessage(Base):
    """Messages that report an event."""

    __tablename__ = "event_messages"
    __table_args__ = (
        UniqueConstraint("event_id", "message_id", name="uq_event_messages"),
        CheckConstraint(
            "match_method::text IN ('embedding_similarity', 'location_match', 'llm_confirmed', "
            "'llm_verified', 'cluster_detection')",
            name="ck_event_messages_match_method",
        ),
        CheckConstraint(
            "match_confidence BETWEEN 0 AND 1", name="ck_event_messages_match_confidence"
        ),
        Index("idx_event_messages_message", "message_id"),
        Index("idx_event_messages_channel", "channel_id"),
    )

    id: Mapped[BigKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    match_confidence: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    match_method: Mapped[str] = mapped_column(String(30))
    matched_at: Mapped[SetNow]

    event: Mapped["Event"] = reference(back_populates="message_links")
    message: Mapped["Message"] = reference(back_populates="event_links")
    channel: Mapped["Channel"] = reference()


class EventSource(Base):
    """Articles that report an event."""

    __tablename__ = "event_sources"
    __table_args__ = (
        UniqueConstraint("event_id", "rss_article_id", name="uq_event_sources"),
        Index("idx_event_sources_article", "rss_article_id"),
        Index("idx_event_sources_primary", "event_id", postgresql_where=text("is_primary_source")),
    )

    id: Mapped[BigKey]
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    rss_article_id: Mapped[int] = mapped_column(ForeignKey("external_news.id", ondelete="CASCADE"))
    is_primary_source: Mapped[FlagOff]
    linked_at: Mapped[SetNow]

    event: Mapped["Event"] = reference(back_populates="source_links")
    article: Mapped["ExternalNews"] = reference()


class EventConfig(Base):
    """Thresholds of event detection.

    Read by the enrichment at the start of each round; no restart is needed.
    """

    __tablename__ = "event_config"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[str]
    description: Mapped[str | None]
    updated_at: Mapped[Touched]


class LocationGazetteer(Base):
    """Places of Ukraine and Russia, about 30,000 rows of GeoNames, loaded by a data migration."""

    __tablename__ = "location_gazetteer"
    __table_args__ = (
        CheckConstraint(
            "country_code::text IN ('UA', 'RU')", name="ck_location_gazetteer_country_code"
        ),
        CheckConstraint(
            "latitude >= -90 AND latitude <= 90 AND longitude >= -180 AND longitude <= 180",
            name="ck_location_gazetteer_coordinates",
        ),
        Index("idx_location_gazetteer_name_search", "name_search", postgresql_using="gin"),
        Index("idx_location_gazetteer_aliases", "aliases", postgresql_using="gin"),
        Index("idx_location_gazetteer_country", "country_code"),
        Index("idx_location_gazetteer_bbox", "latitude", "longitude"),
    )

    id: Mapped[BigKey]
    name_primary: Mapped[str] = mapped_column(String(200))
    name_ascii: Mapped[str | None] = mapped_column(String(200))
    name_local: Mapped[str | None] = mapped_column(String(200))
    aliases: Mapped[EmptyTexts]
    latitude: Mapped[Decimal] = mapped_column(Numeric(10, 7))
    longitude: Mapped[Decimal] = mapped_column(Numeric(10, 7))
    country_code: Mapped[str] = mapped_column(String(2))
    population: Mapped[int | None]
    name_search: Mapped[str | None] = large_column(
        TSVECTOR,
        Computed(
            "to_tsvector('pg_catalog.simple'::regconfig, name_primary || ' ' || "
            "coalesce(name_ascii, '') || ' ' || coalesce(name_local, ''))",
            persisted=True,
        ),
    )


class MessageLocation(Base):
    """Places named in messages."""

    __tablename__ = "message_locations"
    __table_args__ = (
        UniqueConstraint(
            "message_id", "location_name", name="uq_message_locations_message_id_location_name"
        ),
        CheckConstraint(
            "extraction_method::text IN ('gazetteer', 'llm_relative', 'nominatim', 'manual', "
            "'unresolved')",
            name="ck_message_locations_extraction_method",
        ),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="ck_message_locations_confidence"),
        CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL) AND latitude >= -90 AND latitude <= 90 AND "
            "longitude >= -180 AND longitude <= 180",
            name="ck_message_locations_coordinates",
        ),
        Index(
            "idx_message_locations_bbox",
            "latitude",
            "longitude",
            postgresql_include=["message_id", "confidence"],
            postgresql_where=text("latitude IS NOT NULL"),
        ),
        Index("idx_message_locations_gazetteer", "gazetteer_id"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    location_name: Mapped[str] = mapped_column(String(200))
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(10, 7))
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(10, 7))
    extraction_method: Mapped[str] = mapped_column(String(20))
    confidence: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    gazetteer_id: Mapped[int | None] = mapped_column(
        ForeignKey("location_gazetteer.id", ondelete="SET NULL")
    )
    relative_to: Mapped[str | None] = mapped_column(String(200))
    offset_km: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
    direction: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[SetNow]

    message: Mapped["Message"] = reference(back_populates="locations")
    gazetteer_entry: Mapped["LocationGazetteer | None"] = reference()


class TelegramEventCluster(Base):
    """Bursts of similar messages in several channels within hours: what may become an event."""

    __tablename__ = "telegram_event_clusters"
    __table_args__ = (
        CheckConstraint(
            "tier::text IN ('rumor', 'unconfirmed', 'confirmed', 'verified')",
            name="ck_telegram_event_clusters_tier",
        ),
        CheckConstraint(
            "status::text IN ('detected', 'validated', 'promoted', 'archived')",
            name="ck_telegram_event_clusters_status",
        ),
        CheckConstraint(
            "claim_type::text IN ('factual_report', 'rumor', 'propaganda', 'opinion')",
            name="ck_telegram_event_clusters_claim_type",
        ),
        embedding_check("ck_telegram_event_clusters_embedding", "cluster_embedding"),
        Index("idx_telegram_event_clusters_tier", "tier"),
        Index("idx_telegram_event_clusters_event", "promoted_to_event_id"),
        Index(
            "idx_telegram_event_clusters_live",
            "last_activity_at",
            postgresql_where=text("status <> 'archived'"),
        ),
    )

    id: Mapped[BigKey]
    cluster_embedding: Mapped[Embedding | None] = large_column()
    tier: Mapped[str] = mapped_column(String(20), server_default=text("'rumor'"))
    status: Mapped[str] = mapped_column(String(20), server_default=text("'detected'"))
    channel_count: Mapped[Count]
    ru_affiliated_count: Mapped[Count]
    ua_affiliated_count: Mapped[Count]
    cross_affiliation_met: Mapped[FlagOff]
    claim_type: Mapped[str | None] = mapped_column(String(30))
    promoted_to_event_id: Mapped[int | None] = mapped_column(
        ForeignKey("events.id", ondelete="SET NULL")
    )
    archive_reason: Mapped[str | None] = mapped_column(String(100))
    archived_at: Mapped[datetime | None]
    detected_at: Mapped[SetNow]
    last_activity_at: Mapped[SetNow]

    promoted_to_event: Mapped["Event | None"] = reference()
    message_links: Mapped[list["ClusterMessage"]] = owned(back_populates="cluster")


class ClusterMessage(Base):
    """Messages of a cluster. Triggers keep the counters of the cluster."""

    __tablename__ = "cluster_messages"
    __table_args__ = (Index("idx_cluster_messages_message", "message_id"),)

    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("telegram_event_clusters.id", ondelete="CASCADE"), primary_key=True
    )
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    similarity: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    added_at: Mapped[SetNow]

    cluster: Mapped["TelegramEventCluster"] = reference(back_populates="message_links")
    message: Mapped["Message"] = reference(back_populates="cluster_links")
