"""Fills messages.content_hash where it is missing; the example of a data migration.

The column came after the first messages, and rows without it are never recognised as copies. Copy
this file to migrate_NAME.py for a migration of your own and run it with: cargo xtask data-migrate
NAME

It must never compute the hash in another way than the processor does.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from services.processor.text import content_hash
from shared.python.data_migration import DataMigration, main

MIGRATION = DataMigration(
    script=__file__,
    select=r"""
        SELECT id, content FROM messages
        WHERE id > $1 AND content_hash IS NULL AND content ~ '\S'
        ORDER BY id LIMIT $2""",
    compute=lambda row: (row["id"], content_hash(row["content"])),
    update="""
        UPDATE messages AS m SET content_hash = new.content_hash
        FROM unnest($1::bigint[], $2::text[]) AS new (id, content_hash)
        WHERE m.id = new.id""",
    count=r"SELECT count(*) FROM messages WHERE content_hash IS NULL AND content ~ '\S'",
)

if __name__ == "__main__":
    sys.exit(main(MIGRATION))
