"""The declarative bases, and the column types and relationships that the models are written in.

Never describe a table here: each table has its class in the module of its section.
"""

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    REAL,
    BigInteger,
    CheckConstraint,
    DateTime,
    Double,
    FetchedValue,
    Identity,
    LargeBinary,
    MetaData,
    Text,
    Uuid,
    inspect,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column, relationship
from sqlalchemy.types import UserDefinedType

BigInt = Annotated[int, mapped_column(BigInteger)]
Embedding = list[float]
JsonObject = dict[str, Any]
JsonArray = list[Any]

COLUMN_TYPES: dict[Any, Any] = {
    str: Text,
    float: Double,
    bytes: LargeBinary,
    UUID: Uuid,
    datetime: DateTime(timezone=True),
    list[str]: ARRAY(Text),
    Embedding: ARRAY(REAL),
    # None becomes NULL; without none_as_null it would become the JSON value null. A change made
    # inside a value is not noticed: assign a new value.
    JsonObject: JSONB(none_as_null=True),
    JsonArray: JSONB(none_as_null=True),
}

BigKey = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
IntKey = Annotated[int, mapped_column(Identity(always=False), primary_key=True)]
FlagOff = Annotated[bool, mapped_column(server_default=text("false"))]
FlagOn = Annotated[bool, mapped_column(server_default=text("true"))]
Count = Annotated[int, mapped_column(server_default=text("0"))]
SetNow = Annotated[datetime, mapped_column(server_default=text("now()"))]
# The trigger set_updated_at writes these; the UPDATE that the ORM sends fetches what it wrote.
Touched = Annotated[
    datetime, mapped_column(server_default=text("now()"), server_onupdate=FetchedValue())
]
EmptyObject = Annotated[JsonObject, mapped_column(server_default=text("'{}'"))]
EmptyTexts = Annotated[list[str], mapped_column(server_default=text("'{}'"))]

# Embeddings and search vectors weigh more than the rest of the row. They are loaded only where a
# query asks for them: options(undefer(Message.content_embedding)).
large_column = partial(mapped_column, deferred=True, deferred_raiseload=True)

# Loading a relationship by touching it is an error: it would be one query per row, and cannot work
# under asyncio. Ask for it in the query: options(selectinload(Message.tags)).
reference = partial(relationship, lazy="raise")
# The other end of ON DELETE CASCADE: the server deletes the rows, the ORM does not load them first.
owned = partial(reference, cascade="all, delete-orphan", passive_deletes=True)


class Point(UserDefinedType[tuple[float, float]]):
    """The type point: (x, y), which is (longitude, latitude)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The name of the type in DDL."""
        return "point"


class Base(DeclarativeBase):
    """Base of the tables. Base.metadata creates them, after the extensions, and nothing else."""

    type_annotation_map = COLUMN_TYPES
    # Primary keys, foreign keys and unique=True get their names from here; all others are spelled.
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
        }
    )
    # What the server fills in is there after a flush, without a second query.
    __mapper_args__ = {"eager_defaults": True}  # noqa: RUF012

    def __repr__(self) -> str:
        return _describe(self)


class ViewBase(DeclarativeBase):
    """Base of the materialized views: to be read, never written.

    They have a MetaData of their own, so that Base.metadata holds tables only and create_all()
    does not make tables of the views.
    """

    type_annotation_map = COLUMN_TYPES

    def __repr__(self) -> str:
        return _describe(self)


def _describe(row: DeclarativeBase) -> str:
    """The class and the primary key; it never loads anything, as reading an attribute might."""
    identity = inspect(row).identity
    return f"<{type(row).__name__} {'new' if identity is None else identity}>"


def embedding_check(name: str, column: str) -> CheckConstraint:
    """What every embedding must be: 384 numbers, one dimension, no NULL."""
    return CheckConstraint(
        f"array_ndims({column}) = 1 AND cardinality({column}) = 384"
        f" AND array_position({column}, NULL) IS NULL",
        name=name,
    )
