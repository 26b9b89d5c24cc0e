"""The models say what init.sql says, down to the catalog of the server."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.python import database
from shared.python.models import Base, ViewBase
from shared.python.testing import TestDatabases

RELATIONS = """
    SELECT c.relname FROM pg_class AS c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind::text = :kind"""
COLUMNS = """
    SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod)
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind::text = :kind AND a.attnum > 0"""
VIEW_KEYS = """
    SELECT c.relname, a.attname
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'm' AND i.indisunique"""
CATALOGS = {
    "columns": """
        SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
               a.attcollation::regcollation, a.attnotnull, a.attidentity, a.attgenerated,
               a.attstorage, a.attcompression, pg_get_expr(d.adbin, d.adrelid)
        FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0""",
    "constraints": """
        SELECT o.conrelid::regclass, o.conname, pg_get_constraintdef(o.oid)
        FROM pg_constraint AS o
        WHERE o.connamespace = 'public'::regnamespace""",
    "indexes": """
        SELECT c.relname, pg_get_indexdef(i.indexrelid)
        FROM pg_index AS i
        JOIN pg_class AS c ON c.oid = i.indrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'""",
    "identity sequences": """
        SELECT s.seqrelid::regclass, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement,
               s.seqmin, s.seqmax, s.seqcache, s.seqcycle
        FROM pg_sequence AS s""",
    "storage parameters": """
        SELECT c.relname, c.relpersistence, c.reloptions
        FROM pg_class AS c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'""",
}


async def catalog(connection: AsyncConnection, query: str, **values: str) -> set[tuple[str, ...]]:
    result = await connection.execute(text(query), values)
    return {tuple(map(str, row)) for row in result}


@pytest.fixture(scope="module")
async def declared(databases: TestDatabases) -> AsyncIterator[AsyncConnection]:
    """A database made from init.sql."""
    settings = databases.create()
    engine = database.create_engine(settings, "pytest")
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()
    databases.drop(settings)


@pytest.fixture(scope="module")
async def modelled(databases: TestDatabases) -> AsyncIterator[AsyncConnection]:
    """A database made from the models."""
    settings = databases.create()
    engine = database.create_engine(settings, "pytest")
    async with engine.connect() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
        await connection.execute(text("CREATE EXTENSION pg_trgm"))
        await connection.execute(text("CREATE EXTENSION btree_gin"))
        await connection.run_sync(Base.metadata.create_all)
        await connection.commit()
        yield connection
    await engine.dispose()
    databases.drop(settings)


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        pytest.param(Base.metadata, "r", id="tables"),
        pytest.param(ViewBase.metadata, "m", id="materialized-views"),
    ],
)
async def test_every_relation_has_its_model_and_every_model_its_relation(
    declared: AsyncConnection, metadata: MetaData, kind: str
) -> None:
    relations = await declared.scalars(text(RELATIONS), {"kind": kind})
    assert set(metadata.tables) == set(relations)


@pytest.mark.parametrize("kind", CATALOGS)
async def test_the_models_make_what_init_sql_makes(
    declared: AsyncConnection, modelled: AsyncConnection, kind: str
) -> None:
    expected = await catalog(declared, CATALOGS[kind])
    assert expected
    assert await catalog(modelled, CATALOGS[kind]) == expected


async def test_the_columns_of_the_views_are_those_of_their_models(
    declared: AsyncConnection, modelled: AsyncConnection
) -> None:
    expected = await catalog(declared, COLUMNS, kind="m")
    views = {(name,) for name in ViewBase.metadata.tables}
    await modelled.run_sync(ViewBase.metadata.create_all)
    columns = await catalog(modelled, COLUMNS, kind="r")
    await modelled.rollback()
    assert {column for column in columns if column[:1] in views} == expected


async def test_the_primary_keys_of_the_views_are_their_unique_indexes(
    declared: AsyncConnection,
) -> None:
    keys = {
        (table.name, column.name)
        for table in ViewBase.metadata.tables.values()
        for column in table.primary_key
    }
    assert keys == await catalog(declared, VIEW_KEYS)
