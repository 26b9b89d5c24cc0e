"""What people who sign in may do, and what they have done (section 3).

Never keep a key or a token in clear: the columns hold hashes, and signing_secret leaves no process.
"""

from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from shared.python.models.base import (
    Base,
    BigInt,
    BigKey,
    Count,
    EmptyObject,
    EmptyTexts,
    FlagOff,
    FlagOn,
    JsonArray,
    SetNow,
    Touched,
    reference,
)

if TYPE_CHECKING:
    from shared.python.models.core import Message, User


class UserRole(Base):
    """What a signed-in person may do.

    Read through get_user_role(), which treats inactive and banned people as anonymous.
    """

    __tablename__ = "user_roles"
    __table_args__ = (
        CheckConstraint(
            "role::text IN ('anonymous', 'authenticated', 'admin', 'moderator')",
            name="ck_user_roles_role",
        ),
    )

    id: Mapped[BigKey]
    kratos_identity_id: Mapped[UUID] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(String(20), server_default=text("'authenticated'"))
    is_active: Mapped[FlagOn]
    banned_until: Mapped[datetime | None]
    ban_reason: Mapped[str | None]
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]


class UserBookmark(Base):
    """Messages people have put aside for themselves."""

    __tablename__ = "user_bookmarks"
    __table_args__ = (
        UniqueConstraint(
            "kratos_identity_id",
            "message_id",
            name="uq_user_bookmarks_kratos_identity_id_message_id",
        ),
        Index("idx_user_bookmarks_message", "message_id"),
    )

    id: Mapped[BigKey]
    kratos_identity_id: Mapped[UUID]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    notes: Mapped[str | None]
    created_at: Mapped[SetNow]

    message: Mapped["Message"] = reference()


class UserComment(Base):
    """Remarks of platform users on messages. Comments made on Telegram are in message_comments."""

    __tablename__ = "user_comments"
    __table_args__ = (
        Index("idx_user_comments_message", "message_id", "created_at"),
        Index("idx_user_comments_identity", "kratos_identity_id", text("created_at DESC")),
    )

    id: Mapped[BigKey]
    kratos_identity_id: Mapped[UUID]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    content: Mapped[str]
    created_at: Mapped[SetNow]
    is_deleted: Mapped[FlagOff]

    message: Mapped["Message"] = reference()


class ApiKey(Base):
    """Keys for programs that call the API. The key itself is shown once and never stored."""

    __tablename__ = "api_keys"
    __table_args__ = (
        Index(
            "idx_api_keys_identity_live",
            "kratos_identity_id",
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("idx_api_keys_prefix", "key_prefix"),
    )

    id: Mapped[BigKey]
    kratos_identity_id: Mapped[UUID]
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    key_prefix: Mapped[str] = mapped_column(String(12))
    label: Mapped[str | None] = mapped_column(String(100))
    scopes: Mapped[EmptyTexts]
    created_at: Mapped[SetNow]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class FeedToken(Base):
    """Tokens in the address of a private RSS feed, for feed readers that cannot sign in."""

    __tablename__ = "feed_tokens"
    __table_args__ = (
        CheckConstraint("octet_length(signing_secret) = 32", name="ck_feed_tokens_signing_secret"),
        Index(
            "idx_feed_tokens_identity_live",
            "kratos_identity_id",
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("idx_feed_tokens_prefix", "token_prefix"),
        Index("idx_feed_tokens_last_used", "last_used_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    kratos_identity_id: Mapped[UUID]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    token_prefix: Mapped[str] = mapped_column(CHAR(8))
    signing_secret: Mapped[bytes]
    label: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[SetNow]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    use_count: Mapped[BigInt] = mapped_column(server_default=text("0"))


class ExportJob(Base):
    """Requests to write part of the archive to a file for download."""

    __tablename__ = "export_jobs"
    __table_args__ = (
        CheckConstraint(
            "export_type::text IN ('messages', 'channels', 'entities', 'audit_log')",
            name="ck_export_jobs_export_type",
        ),
        CheckConstraint("format::text IN ('json', 'csv', 'jsonl')", name="ck_export_jobs_format"),
        CheckConstraint(
            "profile::text IN ('minimal', 'standard', 'full', 'custom')",
            name="ck_export_jobs_profile",
        ),
        CheckConstraint(
            "status::text IN ('pending', 'processing', 'completed', 'failed', 'cancelled')",
            name="ck_export_jobs_status",
        ),
        Index("idx_export_jobs_user_status", "user_id", "status"),
        Index("idx_export_jobs_identity_status", "kratos_identity_id", "status"),
        Index("idx_export_jobs_pending", "created_at", postgresql_where=text("status = 'pending'")),
        Index("idx_export_jobs_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    kratos_identity_id: Mapped[UUID | None]
    export_type: Mapped[str] = mapped_column(String(20))
    format: Mapped[str] = mapped_column(String(10), server_default=text("'json'"))
    profile: Mapped[str] = mapped_column(String(20), server_default=text("'standard'"))
    filters: Mapped[EmptyObject]
    columns: Mapped[JsonArray | None]
    status: Mapped[str] = mapped_column(String(20), server_default=text("'pending'"))
    total_rows: Mapped[int | None]
    processed_rows: Mapped[Count]
    error_message: Mapped[str | None]
    s3_key: Mapped[str | None] = mapped_column(String(500))
    download_token: Mapped[UUID | None] = mapped_column(unique=True)
    download_token_expires_at: Mapped[datetime | None]
    max_downloads: Mapped[int] = mapped_column(server_default=text("5"))
    download_count: Mapped[Count]
    expires_at: Mapped[datetime | None]
    created_at: Mapped[SetNow]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]

    user: Mapped["User | None"] = reference()


class AdminAuditLog(Base):
    """What administrators and automated jobs have done. Rows are added, never changed."""

    __tablename__ = "admin_audit_log"
    __table_args__ = (
        Index("idx_admin_audit_log_identity", "kratos_identity_id", text("created_at DESC")),
        Index("idx_admin_audit_log_action", "action"),
        Index("idx_admin_audit_log_created_at", "created_at"),
    )

    id: Mapped[BigKey]
    kratos_identity_id: Mapped[UUID]
    action: Mapped[str] = mapped_column(String(100))
    resource_type: Mapped[str] = mapped_column(String(50))
    resource_id: Mapped[BigInt | None]
    details: Mapped[EmptyObject]
    ip_address: Mapped[IPv4Address | IPv6Address | None] = mapped_column(INET)
    user_agent: Mapped[str | None]
    created_at: Mapped[SetNow]
