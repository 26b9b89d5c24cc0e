"""Prints the statements that make the tables of the models, without a database.

Never run them: that is for whoever asked.
"""

from sqlalchemy import create_mock_engine

from shared.python.models import Base


def show(statement, *_, **__):
    """One statement, as PostgreSQL takes it."""
    print(f"{statement.compile(dialect=engine.dialect)};")


engine = create_mock_engine("postgresql://", show)
Base.metadata.create_all(engine, checkfirst=False)
