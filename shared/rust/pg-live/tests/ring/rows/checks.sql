-- What the rows of a table are held to, and the columns it is about.
SELECT k.conrelid, k.conkey, pg_catalog.pg_get_constraintdef(k.oid)
  FROM pg_catalog.pg_constraint k
 WHERE k.contype = 'c' AND k.conrelid <> 0 AND k.conkey IS NOT NULL
