"""Prints the statement that the api sends for `/api/messages?limit=50`."""

import sys

from sqlalchemy.dialects import postgresql

from services.api.messages import NEWEST_FIRST, listing
from services.api.parameters import Messages

if __name__ == "__main__":
    statement = listing(Messages(limit=50)).order_by(*NEWEST_FIRST.columns).limit(51)
    compiled = statement.compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    )
    sys.stdout.write(" ".join(str(compiled).split()))
