"""Configuration, progress and the record of decisions (section 9).

Never print a value of platform_config without a look at is_secret.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from shared.python.models.base import (
    Base,
    BigInt,
    BigKey,
    Count,
    FlagOff,
    FlagOn,
    IntKey,
    JsonObject,
    SetNow,
    Touched,
    reference,
)

if TYPE_CHECKING:
    from shared.python.models.core import Channel, Message


class PlatformConfig(Base):
    """Settings that operators change while the platform runs.

    What belongs to the deployment is in the environment instead.
    """

    __tablename__ = "platform_config"
    __table_args__ = (
        CheckConstraint(
            "data_type::text IN ('string', 'integer', 'boolean', 'float')",
            name="ck_platform_config_data_type",
        ),
        Index("idx_platform_config_category", "category"),
    )

    id: Mapped[IntKey]
    category: Mapped[str] = mapped_column(String(50))
    key: Mapped[str] = mapped_column(String(100), unique=True)
    value: Mapped[str | None]
    description: Mapped[str | None]
    data_type: Mapped[str] = mapped_column(String(20), server_default=text("'string'"))
    is_secret: Mapped[FlagOff]
    restart_required: Mapped[FlagOff]
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]


class FolderRule(Base):
    """How the name of a Telegram folder decides what is kept from the channels in it."""

    __tablename__ = "folder_rules"
    __table_args__ = (
        CheckConstraint(
            "rule::text IN ('archive_all', 'selective_archive', 'discovery', 'test')",
            name="ck_folder_rules_rule",
        ),
        CheckConstraint(
            "min_importance::text IN ('high', 'medium', 'low')",
            name="ck_folder_rules_min_importance",
        ),
    )

    id: Mapped[IntKey]
    folder_pattern: Mapped[str] = mapped_column(String(50), unique=True)
    rule: Mapped[str] = mapped_column(String(50))
    description: Mapped[str | None]
    min_importance: Mapped[str | None] = mapped_column(String(20))
    active: Mapped[FlagOn]
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]


class TranslationConfig(Base):
    """What is translated, how, and into what.

    One row for all channels, and one for each channel that differs.
    """

    __tablename__ = "translation_config"
    __table_args__ = (
        CheckConstraint(
            "provider::text IN ('google', 'deepl', 'manual')", name="ck_translation_config_provider"
        ),
        Index(
            "uq_translation_config_global",
            text("(channel_id IS NULL)"),
            unique=True,
            postgresql_where=text("channel_id IS NULL"),
        ),
    )

    id: Mapped[IntKey]
    channel_id: Mapped[int | None] = mapped_column(
        ForeignKey("channels.id", ondelete="CASCADE"), unique=True
    )
    enabled: Mapped[FlagOn]
    provider: Mapped[str] = mapped_column(String(20), server_default=text("'deepl'"))
    target_language: Mapped[str] = mapped_column(String(10), server_default=text("'en'"))
    translate_from_languages: Mapped[list[str]] = mapped_column(
        ARRAY(String(10)), server_default=text("'{}'")
    )
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]

    channel: Mapped["Channel | None"] = reference()


class TranslationUsage(Base):
    """What translation has cost, one row for each day and provider."""

    __tablename__ = "translation_usage"
    __table_args__ = (
        UniqueConstraint("date", "provider", name="uq_translation_usage_date_provider"),
        CheckConstraint(
            "provider::text IN ('google', 'deepl', 'manual')", name="ck_translation_usage_provider"
        ),
    )

    id: Mapped[BigKey]
    date: Mapped[date]
    provider: Mapped[str] = mapped_column(String(20))
    characters_translated: Mapped[Count]
    cost_usd: Mapped[Decimal] = mapped_column(Numeric(10, 4), server_default=text("0"))
    message_count: Mapped[Count]


class EnrichmentProgress(Base):
    """How far each enrichment task has come; it resumes from here."""

    __tablename__ = "enrichment_progress"
    __table_args__ = (
        CheckConstraint(
            "status::text IN ('idle', 'running', 'completed', 'paused', 'failed')",
            name="ck_enrichment_progress_status",
        ),
    )

    id: Mapped[IntKey]
    task_name: Mapped[str] = mapped_column(String(50), unique=True)
    last_processed_id: Mapped[BigInt] = mapped_column(server_default=text("0"))
    messages_processed: Mapped[BigInt] = mapped_column(server_default=text("0"))
    messages_total: Mapped[BigInt | None]
    last_run_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String(20), server_default=text("'idle'"))
    error_message: Mapped[str | None]


class DecisionLog(Base):
    """Why the processor treated a message as it did.

    Outlives the message, so that decisions stay accountable.
    """

    __tablename__ = "decision_log"
    __table_args__ = (
        CheckConstraint(
            "decision_type::text IN ('spam_filter', 'ukraine_relevance', 'importance', "
            "'topic_classification', 'archive_decision')",
            name="ck_decision_log_decision_type",
        ),
        CheckConstraint(
            "verification_status::text IN ('unverified', 'verified_correct', "
            "'verified_incorrect', 'flagged', 'reprocessed')",
            name="ck_decision_log_verification_status",
        ),
        Index(
            "idx_decision_log_message_type", "message_id", "decision_type", text("created_at DESC")
        ),
        Index("idx_decision_log_channel", "channel_id", text("created_at DESC")),
        Index("idx_decision_log_type", "decision_type", text("created_at DESC")),
        Index("idx_decision_log_verification", "verification_status"),
        Index(
            "idx_decision_log_reprocess",
            text("reprocess_priority DESC"),
            "created_at",
            postgresql_where=text("reprocess_requested"),
        ),
        Index("idx_decision_log_previous", "previous_decision_id"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id", ondelete="SET NULL"))
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id", ondelete="SET NULL"))
    telegram_message_id: Mapped[BigInt | None]
    decision_type: Mapped[str] = mapped_column(String(30))
    decision_value: Mapped[JsonObject]
    decision_source: Mapped[str] = mapped_column(String(50))
    llm_analysis: Mapped[str | None]
    llm_reasoning: Mapped[str | None]
    llm_raw_response: Mapped[str | None]
    processing_time_ms: Mapped[int | None]
    model_used: Mapped[str | None] = mapped_column(String(100))
    prompt_version: Mapped[str | None] = mapped_column(String(50))
    verification_status: Mapped[str] = mapped_column(
        String(20), server_default=text("'unverified'")
    )
    verified_by: Mapped[str | None] = mapped_column(String(100))
    reprocess_requested: Mapped[FlagOff]
    reprocess_priority: Mapped[Count]
    previous_decision_id: Mapped[int | None] = mapped_column(
        ForeignKey("decision_log.id", ondelete="SET NULL")
    )
    created_at: Mapped[SetNow]

    message: Mapped["Message | None"] = reference()
    channel: Mapped["Channel | None"] = reference()
    previous_decision: Mapped["DecisionLog | None"] = reference(remote_side="DecisionLog.id")


class ClassificationFactCheck(Base):
    """A sample of messages, classified again by a second, larger model.

    Disagreement waits here for a person.
    """

    __tablename__ = "classification_fact_checks"
    __table_args__ = (
        Index(
            "idx_classification_fact_checks_to_review",
            text("created_at DESC"),
            postgresql_where=text("NOT classification_match AND NOT human_reviewed"),
        ),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), unique=True
    )
    original_topic: Mapped[str | None] = mapped_column(String(50))
    original_is_spam: Mapped[FlagOff]
    original_spam_type: Mapped[str | None] = mapped_column(String(50))
    original_confidence: Mapped[float | None]
    original_prompt_version: Mapped[int | None]
    factcheck_topic: Mapped[str | None] = mapped_column(String(50))
    factcheck_is_spam: Mapped[FlagOff]
    factcheck_spam_type: Mapped[str | None] = mapped_column(String(50))
    factcheck_confidence: Mapped[float | None]
    factcheck_prompt_version: Mapped[int | None]
    factcheck_model: Mapped[str] = mapped_column(String(100))
    factcheck_reasoning: Mapped[str | None]
    classification_match: Mapped[FlagOff]
    topic_match: Mapped[FlagOff]
    spam_match: Mapped[FlagOff]
    discrepancy_type: Mapped[str | None] = mapped_column(String(50))
    human_reviewed: Mapped[FlagOff]
    human_decision: Mapped[str | None] = mapped_column(String(50))
    reviewed_by: Mapped[UUID | None]
    reviewed_at: Mapped[datetime | None]
    action_taken: Mapped[str | None] = mapped_column(String(50))
    action_taken_at: Mapped[datetime | None]
    processing_time_ms: Mapped[int | None]
    created_at: Mapped[SetNow]

    message: Mapped["Message"] = reference()


class MaterializedViewRefreshLog(Base):
    """When each materialized view was refreshed. Written by the job that refreshes them."""

    __tablename__ = "materialized_view_refresh_log"
    __table_args__ = (
        CheckConstraint(
            "status::text IN ('running', 'completed', 'failed')",
            name="ck_materialized_view_refresh_log_status",
        ),
        Index("idx_materialized_view_refresh_log_view", "view_name", text("started_at DESC")),
    )

    id: Mapped[BigKey]
    view_name: Mapped[str] = mapped_column(String(63))
    started_at: Mapped[SetNow]
    finished_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]
    row_count: Mapped[BigInt | None]
    status: Mapped[str] = mapped_column(String(20), server_default=text("'running'"))
    error_message: Mapped[str | None]
