-- The conventions of init.sql's header as questions: each is answered with the
-- names that break the rule above it.

-- rule: every foreign key has an index that leads with its columns
SELECT c.conname FROM pg_constraint c WHERE c.contype = 'f' AND NOT EXISTS (
  SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indpred IS NULL
     AND (SELECT array_agg(k ORDER BY k) FROM unnest(c.conkey) k)
       = (SELECT array_agg(k ORDER BY k)
            FROM unnest((i.indkey::int2[])[0:cardinality(c.conkey) - 1]) k))
  AND NOT EXISTS (
  SELECT FROM pg_index i WHERE i.indrelid = c.conrelid AND cardinality(c.conkey) = 1
     AND i.indkey[0] = c.conkey[1]);

-- rule: every foreign key says what a delete does
SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'a';

-- rule: every constraint bears its prefix
SELECT conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace
  WHERE nspname = 'public' AND contype IN ('p', 'u', 'f', 'c') AND conrelid <> 0
    AND conname !~ ('^' || CASE contype WHEN 'p' THEN 'pk' WHEN 'u' THEN 'uq'
                                        WHEN 'f' THEN 'fk' ELSE 'ck' END || '_');

-- rule: every index that is no constraint's bears its prefix
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
   JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE nspname = 'public' AND c.relname !~ '^(pk|uq|idx)_';

-- rule: no index is the beginning of another of the same kind
SELECT a.indexrelid::regclass FROM pg_index a JOIN pg_index b
     ON a.indrelid = b.indrelid AND a.indexrelid <> b.indexrelid
   JOIN pg_class ca ON ca.oid = a.indexrelid JOIN pg_class cb ON cb.oid = b.indexrelid
   JOIN pg_am m ON m.oid = ca.relam AND m.oid = cb.relam AND m.amname = 'btree'
  WHERE a.indrelid >= 16384 AND NOT a.indisunique AND a.indexprs IS NULL
    AND a.indpred IS NOT DISTINCT FROM b.indpred
    AND b.indkey::text || ' ' LIKE a.indkey::text || ' %'
    AND b.indoption::text || ' ' LIKE a.indoption::text || ' %';

-- rule: every table and materialized view has a comment
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname = 'public' AND relkind IN ('r', 'm')
    AND obj_description(c.oid, 'pg_class') IS NULL;

-- rule: every function names its search_path
SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
  WHERE nspname = 'public'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    AND NOT coalesce(array_to_string(proconfig, ' '), '') LIKE '%search_path=%';

-- rule: time has a time zone
SELECT c.relname || '.' || attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
   JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname = 'public' AND relkind = 'r' AND atttypid = 'timestamp'::regtype;

-- rule: a foreign key column has the type of the key it points to
SELECT conname FROM pg_constraint c
   JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
   JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = confkey[1]
  WHERE contype = 'f' AND a.atttypid <> b.atttypid;

-- rule: every materialized view can be refreshed concurrently
SELECT relname FROM pg_class c WHERE relkind = 'm' AND NOT EXISTS (
  SELECT FROM pg_index i WHERE i.indrelid = c.oid AND indisunique AND indpred IS NULL);

-- rule: flags are NOT NULL and have a default
SELECT c.relname || '.' || attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
   JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname = 'public' AND relkind = 'r' AND atttypid = 'bool'::regtype
    AND NOT (attnotnull AND atthasdef);
