"""The materialized views (section 12), to be read.

Never add, change or delete one of these rows: the server refuses. They are as old as the last
refresh that materialized_view_refresh_log records.
"""

from decimal import Decimal

from sqlalchemy import Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from shared.python.models.base import BigInt, ViewBase


class MessageSocialGraph(ViewBase):
    """Messages with at least one tie: an author, a forward, a reply, a reaction or a comment."""

    __tablename__ = "message_social_graph"

    message_id: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    channel_id: Mapped[int]
    author_user_id: Mapped[BigInt | None]
    forward_from_channel_id: Mapped[BigInt | None]
    replies: Mapped[BigInt]
    reactions: Mapped[BigInt]
    comments_count: Mapped[BigInt]
    engagement: Mapped[BigInt]


class ChannelInfluenceNetwork(ViewBase):
    """Who forwards whom, with a reading of how closely."""

    __tablename__ = "channel_influence_network"

    from_channel_id: Mapped[int] = mapped_column(primary_key=True)
    to_channel_id: Mapped[int] = mapped_column(primary_key=True)
    forward_count: Mapped[int]
    coordination_level: Mapped[str]
    propagation_speed: Mapped[str]


class TopInfluencer(ViewBase):
    """The 1000 authors with the highest score."""

    __tablename__ = "top_influencers"

    telegram_id: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    username: Mapped[str | None] = mapped_column(String(255))
    messages_authored: Mapped[BigInt]
    avg_views_per_message: Mapped[Decimal] = mapped_column(Numeric)
    influence_score: Mapped[Decimal] = mapped_column(Numeric)


class UnifiedMessageEntity(ViewBase):
    """Entities of messages from both sources in one shape."""

    __tablename__ = "unified_message_entities"

    message_id: Mapped[BigInt] = mapped_column(primary_key=True)
    entity_id: Mapped[BigInt] = mapped_column(primary_key=True)
    entity_source: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    score: Mapped[float | None]
    match_method: Mapped[str]
