"""Prints the statements that make the tables of the models, without a database.

Never run them: that is for whoever asked.
"""

import sys

from sqlalchemy import create_mock_engine
from sqlalchemy.schema import ExecutableDDLElement

from shared.python.models import Base


def show(statement: ExecutableDDLElement, *_: object, **__: object) -> None:
    """One statement, as PostgreSQL takes it."""
    sys.stdout.write(f"{statement.compile(dialect=engine.dialect)};\n")


engine = create_mock_engine("postgresql://", show)
Base.metadata.create_all(engine, checkfirst=False)
