"""What the models of the cases are written with."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ARRAY,
    CHAR,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    Enum,
    FetchedValue,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    Sequence,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import (
    BIT,
    DOMAIN,
    ENUM,
    INT4RANGE,
    JSONB,
    TSVECTOR,
    ExcludeConstraint,
    Range,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

__all__ = [
    "ARRAY",
    "BIT",
    "CHAR",
    "DOMAIN",
    "ENUM",
    "INT4RANGE",
    "JSONB",
    "TSVECTOR",
    "UUID",
    "Any",
    "Base",
    "BigInteger",
    "Boolean",
    "CheckConstraint",
    "Column",
    "Computed",
    "Date",
    "DateTime",
    "Decimal",
    "Double",
    "Enum",
    "ExcludeConstraint",
    "FetchedValue",
    "ForeignKey",
    "ForeignKeyConstraint",
    "Identity",
    "Index",
    "Integer",
    "Interval",
    "LargeBinary",
    "Mapped",
    "Numeric",
    "OtherParent",
    "Range",
    "Sequence",
    "SharedParent",
    "SmallInteger",
    "String",
    "Table",
    "Text",
    "UniqueConstraint",
    "Uuid",
    "date",
    "datetime",
    "false",
    "func",
    "mapped_column",
    "relationship",
    "text",
    "timedelta",
    "uuid4",
]


class Base(DeclarativeBase):
    """Base of all cases."""


class SharedParent(Base):
    """What foreign keys of the cases refer to."""

    __tablename__ = "shared_parent"
    id: Mapped[int] = mapped_column(primary_key=True)


class OtherParent(Base):
    """What one of them refers to instead."""

    __tablename__ = "other_parent"
    id: Mapped[int] = mapped_column(primary_key=True)
