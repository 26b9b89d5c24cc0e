-- A commit, so that a recovery to any moment before finds one behind it; the
-- segment with it is the last that is archived now.
SELECT pg_catalog.txid_current()::text
