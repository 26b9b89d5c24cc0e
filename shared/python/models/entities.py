"""Known people, organizations and equipment, and the messages that name them (section 5).

Never set search_vector: the server generates it.
"""

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
    EmptyObject,
    EmptyTexts,
    SetNow,
    Touched,
    embedding_check,
    large_column,
    reference,
)

if TYPE_CHECKING:
    from shared.python.models.core import Message


class CuratedEntity(Base):
    """Equipment, units, people and places from curated lists, matched against messages.

    Loaded by a data migration.
    """

    __tablename__ = "curated_entities"
    __table_args__ = (
        CheckConstraint(
            "entity_type::text IN ('equipment', 'individual', 'organization', 'location', "
            "'event', 'military_unit', 'ship', 'aircraft', 'military_vehicle', 'military_weapon', "
            "'electronic_warfare', 'component')",
            name="ck_curated_entities_entity_type",
        ),
        CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL) AND latitude >= -90 AND latitude <= 90 AND "
            "longitude >= -180 AND longitude <= 180",
            name="ck_curated_entities_coordinates",
        ),
        embedding_check("ck_curated_entities_embedding", "embedding"),
        Index("idx_curated_entities_type", "entity_type"),
        Index("idx_curated_entities_source", "source_reference"),
        Index(
            "idx_curated_entities_coordinates",
            "latitude",
            "longitude",
            postgresql_where=text("latitude IS NOT NULL"),
        ),
        Index("idx_curated_entities_search_vector", "search_vector", postgresql_using="gin"),
        Index(
            "idx_curated_entities_name_trgm",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
    )

    id: Mapped[BigKey]
    entity_type: Mapped[str] = mapped_column(String(50))
    name: Mapped[str]
    aliases: Mapped[EmptyTexts]
    description: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    source_reference: Mapped[str]
    metadata_: Mapped[EmptyObject] = mapped_column("metadata")
    notes: Mapped[str | None]
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)
    embedding: Mapped[Embedding | None] = large_column()
    embedding_model: Mapped[str | None] = mapped_column(String(100))
    search_vector: Mapped[str | None] = large_column(
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('pg_catalog.english'::regconfig, name), 'A') || "
            "setweight(to_tsvector('pg_catalog.english'::regconfig, coalesce(description, '')), "
            "'B')",
            persisted=True,
        ),
    )
    created_at: Mapped[SetNow]
    updated_at: Mapped[Touched]


class MessageEntity(Base):
    """Curated entities found in messages."""

    __tablename__ = "message_entities"
    __table_args__ = (
        UniqueConstraint(
            "message_id", "entity_id", name="uq_message_entities_message_id_entity_id"
        ),
        CheckConstraint(
            "match_type::text IN ('semantic', 'exact_name', 'alias', 'hashtag')",
            name="ck_message_entities_match_type",
        ),
        Index("idx_message_entities_entity", "entity_id"),
        Index("idx_message_entities_similarity", "similarity_score"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    entity_id: Mapped[int] = mapped_column(ForeignKey("curated_entities.id", ondelete="CASCADE"))
    similarity_score: Mapped[float | None]
    match_type: Mapped[str] = mapped_column(String(20))
    context_snippet: Mapped[str | None]
    matched_at: Mapped[SetNow]

    message: Mapped["Message"] = reference(back_populates="entity_matches")
    entity: Mapped["CuratedEntity"] = reference()


class OpensanctionsEntity(Base):
    """People, companies, ships and aircraft from OpenSanctions that messages have mentioned."""

    __tablename__ = "opensanctions_entities"
    __table_args__ = (
        CheckConstraint(
            "entity_type::text IN ('Person', 'Organization', 'Vessel', 'Aircraft')",
            name="ck_opensanctions_entities_entity_type",
        ),
        CheckConstraint(
            "risk_classification::text IN ('sanctioned', 'pep', 'criminal', 'corporate')",
            name="ck_opensanctions_entities_risk",
        ),
        embedding_check("ck_opensanctions_entities_embedding", "entity_embedding"),
        Index("idx_opensanctions_entities_name", "name"),
        Index("idx_opensanctions_entities_type", "entity_type"),
        Index("idx_opensanctions_entities_risk", "risk_classification"),
        Index("idx_opensanctions_entities_datasets", "datasets", postgresql_using="gin"),
        Index("idx_opensanctions_entities_properties", "properties", postgresql_using="gin"),
        Index(
            "idx_opensanctions_entities_name_trgm",
            "name",
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        ),
    )

    id: Mapped[BigKey]
    opensanctions_id: Mapped[str] = mapped_column(String(255), unique=True)
    entity_type: Mapped[str] = mapped_column(String(50))
    schema_type: Mapped[str | None] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(500))
    description: Mapped[str | None]
    properties: Mapped[EmptyObject]
    aliases: Mapped[EmptyTexts]
    datasets: Mapped[EmptyTexts]
    risk_classification: Mapped[str | None] = mapped_column(String(50))
    entity_embedding: Mapped[Embedding | None] = large_column()
    embedding_model: Mapped[str | None] = mapped_column(String(100))
    first_seen: Mapped[SetNow]
    last_seen: Mapped[SetNow]
    mention_count: Mapped[Count]


class OpensanctionsMessageEntity(Base):
    """OpenSanctions entities found in messages."""

    __tablename__ = "opensanctions_message_entities"
    __table_args__ = (
        UniqueConstraint("message_id", "entity_id", name="uq_opensanctions_message_entity"),
        CheckConstraint(
            "match_method::text IN ('real_time', 'async_enrichment', 'manual')",
            name="ck_opensanctions_message_entities_match_method",
        ),
        CheckConstraint(
            "match_score BETWEEN 0 AND 1", name="ck_opensanctions_message_entities_match_score"
        ),
        Index("idx_opensanctions_message_entities_entity", "entity_id"),
    )

    id: Mapped[BigKey]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id", ondelete="CASCADE"))
    entity_id: Mapped[int] = mapped_column(
        ForeignKey("opensanctions_entities.id", ondelete="CASCADE")
    )
    match_score: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    match_method: Mapped[str] = mapped_column(String(20))
    extraction_method: Mapped[str | None] = mapped_column(String(50))
    context_snippet: Mapped[str | None]
    match_features: Mapped[EmptyObject]
    matched_at: Mapped[SetNow]

    message: Mapped["Message"] = reference(back_populates="sanctions_matches")
    entity: Mapped["OpensanctionsEntity"] = reference()


class EntityRelationship(Base):
    """Ties between OpenSanctions entities, directed: from owns, employs or is related to to."""

    __tablename__ = "entity_relationships"
    __table_args__ = (
        UniqueConstraint(
            "from_entity_id",
            "to_entity_id",
            "relationship_type",
            name="uq_entity_relationships_from_to_type",
        ),
        CheckConstraint(
            "relationship_type::text IN ('family', 'business', 'ownership', 'associate')",
            name="ck_entity_relationships_type",
        ),
        CheckConstraint("confidence BETWEEN 0 AND 1", name="ck_entity_relationships_confidence"),
        Index("idx_entity_relationships_to", "to_entity_id"),
        Index("idx_entity_relationships_type", "relationship_type"),
    )

    id: Mapped[BigKey]
    from_entity_id: Mapped[int] = mapped_column(
        ForeignKey("opensanctions_entities.id", ondelete="CASCADE")
    )
    to_entity_id: Mapped[int] = mapped_column(
        ForeignKey("opensanctions_entities.id", ondelete="CASCADE")
    )
    relationship_type: Mapped[str] = mapped_column(String(50))
    relationship_subtype: Mapped[str | None] = mapped_column(String(50))
    relationship_properties: Mapped[EmptyObject]
    confidence: Mapped[Decimal | None] = mapped_column(Numeric(3, 2))
    source_datasets: Mapped[EmptyTexts]
    discovered_at: Mapped[SetNow]

    from_entity: Mapped["OpensanctionsEntity"] = reference(foreign_keys=[from_entity_id])
    to_entity: Mapped["OpensanctionsEntity"] = reference(foreign_keys=[to_entity_id])
