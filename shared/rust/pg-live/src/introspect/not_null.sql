-- Since 18 a NOT NULL is a constraint with a name.
SELECT k.conrelid,
       k.conkey[1],
       k.conname::text,
       k.convalidated,
       k.connoinherit,
       k.conislocal
  FROM pg_catalog.pg_constraint k
 WHERE k.contype = 'n'
   AND k.conrelid >= 16384
