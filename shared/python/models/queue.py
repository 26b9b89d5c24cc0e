"""The queue between the listener and the processor (section 10).

Never take or finish a row other than by the protocol that init.sql describes.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.python.models.base import Base, BigInt, BigKey, Count, EmptyObject, SetNow


class IngestQueue(Base):
    """Messages on their way from the listener to the processor.

    Every row is rewritten a few times, hence its own autovacuum settings; done rows may be deleted
    at any time.
    """

    __tablename__ = "ingest_queue"
    __table_args__ = (
        CheckConstraint(
            "status::text IN ('pending', 'processing', 'done', 'dead')",
            name="ck_ingest_queue_status",
        ),
        CheckConstraint("attempts >= 0", name="ck_ingest_queue_attempts"),
        CheckConstraint(
            "status <> 'processing' OR (locked_at IS NOT NULL AND locked_by IS NOT NULL)",
            name="ck_ingest_queue_locked",
        ),
        CheckConstraint(
            "(status::text IN ('done', 'dead')) = (finished_at IS NOT NULL)",
            name="ck_ingest_queue_finished",
        ),
        Index(
            "idx_ingest_queue_pending",
            "available_at",
            "id",
            postgresql_where=text("status = 'pending'"),
        ),
        Index(
            "idx_ingest_queue_processing",
            "locked_at",
            postgresql_where=text("status = 'processing'"),
        ),
        Index("idx_ingest_queue_dead", "finished_at", postgresql_where=text("status = 'dead'")),
        Index("idx_ingest_queue_done", "finished_at", postgresql_where=text("status = 'done'")),
        {
            "postgresql_with": {
                "fillfactor": 80,
                "autovacuum_vacuum_scale_factor": 0.02,
                "autovacuum_vacuum_threshold": 1000,
            }
        },
    )

    id: Mapped[BigKey]
    telegram_channel_id: Mapped[BigInt]
    message_id: Mapped[BigInt]
    content: Mapped[str | None]
    media_type: Mapped[str | None] = mapped_column(String(20))
    telegram_date: Mapped[datetime]
    grouped_id: Mapped[BigInt | None]
    views: Mapped[int | None]
    forwards: Mapped[int | None]
    source_account: Mapped[str | None] = mapped_column(String(100))
    author_user_id: Mapped[BigInt | None]
    replied_to_message_id: Mapped[BigInt | None]
    forward_from_channel_id: Mapped[BigInt | None]
    forward_from_message_id: Mapped[BigInt | None]
    forward_date: Mapped[datetime | None]
    trace_id: Mapped[str | None] = mapped_column(String(64))
    payload: Mapped[EmptyObject]
    status: Mapped[str] = mapped_column(String(20), server_default=text("'pending'"))
    attempts: Mapped[Count]
    available_at: Mapped[SetNow]
    locked_at: Mapped[datetime | None]
    locked_by: Mapped[str | None] = mapped_column(String(100))
    last_error: Mapped[str | None]
    created_at: Mapped[SetNow]
    finished_at: Mapped[datetime | None]
