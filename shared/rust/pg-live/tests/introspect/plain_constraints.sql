-- Constraints as the server spells them, but for those whose index has options.
SELECT k.conname::text,
       pg_get_constraintdef(k.oid)
  FROM pg_catalog.pg_constraint k
  LEFT JOIN pg_catalog.pg_class x ON x.oid = k.conindid AND k.contype IN ('p', 'u')
 WHERE k.conrelid >= 16384
   AND x.reloptions IS NULL
