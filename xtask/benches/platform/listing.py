"""Prints the statement that the api sends for `/api/messages?limit=50`."""

import sys

from sqlalchemy.dialects import postgresql

from services.api.messages import NEWEST_FIRST, listing
from services.api.parameters import Messages

if __name__ == "__main__":
    everything = listing(Messages.model_validate({"limit": 50}))
    statement = everything.order_by(NEWEST_FIRST.key.desc(), NEWEST_FIRST.id.desc()).limit(51)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    compiled = statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    sys.stdout.write(" ".join(str(compiled).split()))
