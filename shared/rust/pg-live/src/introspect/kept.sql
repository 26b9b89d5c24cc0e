-- What may lie in quarantine: what has a name of ours, and its comment; of a
-- column also where it is inherited. $1 is what such names begin with.
WITH RECURSIVE columns AS (
    SELECT a.attrelid, a.attname, d.description, false AS is_inherited
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_description d
        ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
       AND d.objoid = a.attrelid
       AND d.objsubid = a.attnum
     WHERE a.attnum > 0 AND NOT a.attisdropped AND pg_catalog.starts_with(a.attname::text, $1)
    UNION
    SELECT i.inhrelid, c.attname, c.description, true
      FROM columns c
      JOIN pg_catalog.pg_inherits i ON i.inhparent = c.attrelid
)
SELECT n.nspname::text, r.relname::text, c.attname::text, c.description, c.is_inherited,
       nullif(r.reltuples, -1)::bigint,
       (s.avg_width * (1 - s.null_frac) * greatest(r.reltuples, 0))::bigint
  FROM columns c
  JOIN pg_catalog.pg_class r ON r.oid = c.attrelid AND r.relkind IN ('r', 'p')
  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  LEFT JOIN pg_catalog.pg_stats s
    ON s.schemaname = n.nspname AND s.tablename = r.relname AND s.attname = c.attname
   AND s.inherited = (r.relkind = 'p')
UNION ALL
SELECT n.nspname::text, r.relname::text, '', d.description, false,
       nullif(r.reltuples, -1)::bigint,
       pg_catalog.pg_total_relation_size(r.oid)
  FROM pg_catalog.pg_class r
  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace AND pg_catalog.starts_with(n.nspname::text, $1)
  JOIN pg_catalog.pg_description d
    ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = r.oid AND d.objsubid = 0
 WHERE r.relkind IN ('r', 'p')
UNION ALL
SELECT n.nspname::text, t.typname::text, '', d.description, false, NULL, NULL
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace AND pg_catalog.starts_with(n.nspname::text, $1)
  JOIN pg_catalog.pg_description d
    ON d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.objoid = t.oid AND d.objsubid = 0
UNION ALL
SELECT n.nspname::text, s.relname::text, '', d.description, false, NULL, NULL
  FROM pg_catalog.pg_class s
  JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
  JOIN pg_catalog.pg_description d
    ON d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = s.oid AND d.objsubid = 0
 WHERE s.relkind = 'S' AND pg_catalog.starts_with(s.relname::text, $1)
 ORDER BY 1, 2, 3
