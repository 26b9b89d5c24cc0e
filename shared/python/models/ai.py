"""Prompts, models and what they made of messages (section 4).

Never read a prompt from anywhere else: operators edit these rows while the platform runs.
"""

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.python.models.base import (
    Base,
    BigKey,
    Count,
    EmptyObject,
    EmptyTexts,
    FlagOn,
    IntKey,
    SetNow,
    Touched,
    reference,
)

if TYPE_CHECKING:
    from shared.python.models.core import Message


class LlmPrompt(Base):
    """Prompts of the language model tasks.

    Operators edit them while the platform runs. Of several active versions of a task the highest is
    used.
    """

    __tablename__ = "llm_prompts"
    __table_args__ = (
        UniqueConstraint("task", "version", name="uq_prompt_task_version"),
        CheckConstraint(
            "prompt_type::text IN ('system', 'user_template')", name="ck_llm_prompts_prompt_type"
        ),
        CheckConstraint("version > 0", name="ck_llm_prompts_version"),
        Index("idx_llm_prompts_task_active", "task", "is_active"),
    )

    id: Mapped[IntKey]
    task: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(100))
    prompt_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    is_active: Mapped[FlagOn]
    model_name: Mapped[str | None] = mapped_column(String(100))
    model_parameters: Mapped[EmptyObject]
    task_category: Mapped[str | None] = mapped_column(String(50))
    description: Mapped[str | None]
    variables: Mapped[EmptyTexts]
    expected_output_format: Mapped[str | None]
    usage_count: Mapped[Count]
    avg_latency_ms: Mapped[int | None]
    error_count: Mapped[Count]
    last_error: Mapped[str | None]
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]


class ModelConfiguration(Base):
    """Which model does which task, in order of preference."""

    __tablename__ = "model_configuration"
    __table_args__ = (
        UniqueConstraint("task", "model_id", name="uq_model_configuration_task_model_id"),
        CheckConstraint("priority > 0", name="ck_model_configuration_priority"),
        Index("idx_model_configuration_selection", "task", "enabled", "priority"),
    )

    id: Mapped[IntKey]
    task: Mapped[str] = mapped_column(String(50))
    model_id: Mapped[str] = mapped_column(String(100))
    enabled: Mapped[FlagOn]
    priority: Mapped[int] = mapped_column(server_default=text("1"))
    override_config: Mapped[EmptyObject]
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]


class MessageTag(Base):
    """Tags the enrichment has put on messages.

    A message without any is on the work list of the tagging task.
    """

    __tablename__ = "message_tags"
    __table_args__ = (
        UniqueConstraint("message_id", "tag", "tag_type", name="uq_message_tag"),
        CheckConstraint(
            "tag_type::text IN ('keyword', 'topic', 'entity', 'emotion', 'urgency')",
            name="ck_message_tags_tag_type",
        ),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="ck_message_tags_confidence"),
        Index("idx_message_tags_tag", "tag"),
        Index("idx_message_tags_tag_type", "tag_type"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    tag: Mapped[str] = mapped_column(String(100))
    tag_type: Mapped[str] = mapped_column(String(50))
    confidence: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    generated_by: Mapped[str] = mapped_column(String(50))
    created_at: Mapped[SetNow]

    message: Mapped["Message"] = reference(back_populates="tags")


class TagStats(Base):
    """How often each tag occurs.

    Computed from message_tags by the enrichment, so it lags behind and can be rebuilt.
    """

    __tablename__ = "tag_stats"
    __table_args__ = (
        CheckConstraint(
            "tag_type::text IN ('keyword', 'topic', 'entity', 'emotion', 'urgency')",
            name="ck_tag_stats_tag_type",
        ),
        Index("idx_tag_stats_usage_count", text("usage_count DESC")),
        Index("idx_tag_stats_last_seen", "last_seen"),
    )

    tag: Mapped[str] = mapped_column(String(100), primary_key=True)
    tag_type: Mapped[str] = mapped_column(String(50), primary_key=True)
    usage_count: Mapped[Count]
    avg_confidence: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    first_seen: Mapped[SetNow]
    last_seen: Mapped[SetNow]


class MilitarySlang(Base):
    """Words whose meaning in war reporting a translator would miss.

    The classifier adds the matching ones to its prompt.
    """

    __tablename__ = "military_slang"
    __table_args__ = (
        UniqueConstraint("term", "language", name="uq_military_slang_term_language"),
        CheckConstraint("language::text IN ('uk', 'ru')", name="ck_military_slang_language"),
        CheckConstraint(
            "category::text IN ('slang', 'abbreviation', 'location', 'derogatory')",
            name="ck_military_slang_category",
        ),
        Index("idx_military_slang_active_language", "is_active", "language"),
    )

    id: Mapped[IntKey]
    term: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(10))
    meaning: Mapped[str]
    topic_hint: Mapped[str | None] = mapped_column(String(50))
    category: Mapped[str] = mapped_column(String(20), server_default=text("'slang'"))
    notes: Mapped[str | None]
    is_active: Mapped[FlagOn]
