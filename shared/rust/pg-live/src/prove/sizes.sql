-- What these tables hold. Rows are those of the last ANALYZE, in proportion
-- to the pages there are now, as the planner has it; of a table that was
-- never looked at, a guess of 100 bytes a row. A partitioned table holds
-- nothing itself.
SELECT wanted.place, s.bytes, s.toast,
       CASE WHEN s.bytes = 0 THEN 0
            WHEN c.reltuples < 0 OR c.relpages = 0 THEN s.bytes / 100
            ELSE (c.reltuples::float8 / c.relpages * s.bytes
                  / current_setting('block_size')::float8)::bigint END,
       c.reltuples >= 0
  FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, place)
  JOIN pg_catalog.pg_class c ON c.oid = pg_catalog.to_regclass(wanted.name)
 CROSS JOIN LATERAL (
       SELECT CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_relation_size(c.oid)
                   ELSE 0 END AS bytes,
              CASE WHEN c.reltoastrelid <> 0 THEN pg_catalog.pg_relation_size(c.reltoastrelid)
                   ELSE 0 END AS toast) s
