"""Files that messages carry, and the boxes they are stored in (section 2).

Never put the content of a file here: the rows say where it is.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, WriteOnlyMapped, mapped_column, relationship

from shared.python.models.base import (
    Base,
    BigInt,
    BigKey,
    Count,
    FlagOff,
    FlagOn,
    SetNow,
    owned,
    reference,
)

if TYPE_CHECKING:
    from shared.python.models.core import Message


class StorageBox(Base):
    """Places where media files are stored.

    Without a default row that is active, media archival stops.
    """

    __tablename__ = "storage_boxes"
    __table_args__ = (
        CheckConstraint(
            "account_region::text IN ('russia', 'ukraine', 'eu')",
            name="ck_storage_boxes_account_region",
        ),
        CheckConstraint("capacity_gb > 0", name="ck_storage_boxes_capacity"),
        CheckConstraint(
            "used_gb >= 0 AND used_bytes >= 0 AND reserved_bytes >= 0", name="ck_storage_boxes_used"
        ),
        CheckConstraint(
            "high_water_mark BETWEEN 1 AND 100", name="ck_storage_boxes_high_water_mark"
        ),
        Index(
            "uq_storage_boxes_default",
            "is_default",
            unique=True,
            postgresql_where=text("is_default"),
        ),
        Index("idx_storage_boxes_region", "account_region"),
        Index(
            "idx_storage_boxes_selection",
            "is_active",
            "is_full",
            "is_readonly",
            "priority",
            "used_bytes",
        ),
    )

    id: Mapped[str] = mapped_column(String(50), primary_key=True)
    hetzner_host: Mapped[str] = mapped_column(String(255))
    hetzner_user: Mapped[str] = mapped_column(String(50))
    hetzner_port: Mapped[int] = mapped_column(server_default=text("23"))
    mount_path: Mapped[str] = mapped_column(String(255))
    minio_endpoint: Mapped[str | None] = mapped_column(String(255))
    minio_port: Mapped[int] = mapped_column(server_default=text("9000"))
    capacity_gb: Mapped[int]
    used_gb: Mapped[Count]
    used_bytes: Mapped[BigInt] = mapped_column(server_default=text("0"))
    reserved_bytes: Mapped[BigInt] = mapped_column(server_default=text("0"))
    high_water_mark: Mapped[int] = mapped_column(server_default=text("90"))
    is_readonly: Mapped[FlagOff]
    priority: Mapped[int] = mapped_column(server_default=text("100"))
    account_region: Mapped[str] = mapped_column(String(20))
    is_active: Mapped[FlagOn]
    is_full: Mapped[FlagOff]
    is_default: Mapped[FlagOff]
    created_at: Mapped[SetNow]
    last_health_check: Mapped[datetime | None]

    files: WriteOnlyMapped["MediaFile"] = relationship(
        back_populates="storage_box", passive_deletes=True
    )


class MediaFile(Base):
    """One row for each distinct file, however many messages carry it.

    The SHA-256 of the bytes is the identity.
    """

    __tablename__ = "media_files"
    __table_args__ = (
        CheckConstraint("file_size >= 0", name="ck_media_files_file_size"),
        CheckConstraint("reference_count >= 0", name="ck_media_files_reference_count"),
        Index("idx_media_files_storage_box", "storage_box_id"),
        Index("idx_media_files_unsynced", "first_seen", postgresql_where=text("synced_at IS NULL")),
    )

    id: Mapped[BigKey]
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    s3_key: Mapped[str]
    file_size: Mapped[BigInt | None]
    mime_type: Mapped[str | None] = mapped_column(String(100))
    file_type: Mapped[str | None] = mapped_column(String(20))
    telegram_file_id: Mapped[str | None]
    telegram_url: Mapped[str | None]
    reference_count: Mapped[Count]
    first_seen: Mapped[SetNow]
    storage_box_id: Mapped[str | None] = mapped_column(
        ForeignKey("storage_boxes.id", ondelete="SET NULL")
    )
    synced_at: Mapped[datetime | None]
    local_path: Mapped[str | None]
    last_accessed_at: Mapped[datetime | None]
    access_count: Mapped[Count]

    storage_box: Mapped["StorageBox | None"] = reference(back_populates="files")
    message_links: Mapped[list["MessageMedia"]] = owned(back_populates="file")


class MessageMedia(Base):
    """Which files a message carries."""

    __tablename__ = "message_media"
    __table_args__ = (Index("idx_message_media_media", "media_id"),)

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    media_id: Mapped[int] = mapped_column(
        ForeignKey("media_files.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[Count]
    media_group_id: Mapped[BigInt | None]

    message: Mapped["Message"] = reference(back_populates="media")
    file: Mapped["MediaFile"] = reference(back_populates="message_links")
