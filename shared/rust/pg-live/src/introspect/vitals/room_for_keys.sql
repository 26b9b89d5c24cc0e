-- Sequences, and the integer columns they feed, near their end.
SELECT fed.share >= 0.9,
       fed.column_name || ' has used ' || pg_catalog.round((fed.share * 100)::numeric, 1) || ' % of its numbers',
       CASE WHEN fed.is_bigint THEN '' ELSE
           'ALTER TABLE ' || fed.table_name || ' ALTER COLUMN ' || fed.column_ident || ' TYPE bigint;' || E'\n' END
           -- The sequence of a serial column keeps the type it was made with.
           || 'ALTER SEQUENCE ' || fed.sequence_name || ' AS bigint NO MAXVALUE;'
  FROM (SELECT c.oid::pg_catalog.regclass::text AS table_name,
               pg_catalog.quote_ident(a.attname) AS column_ident,
               a.atttypid = 'bigint'::pg_catalog.regtype AS is_bigint,
               q.oid::pg_catalog.regclass::text AS sequence_name,
               c.oid::pg_catalog.regclass::text || '.' || a.attname AS column_name,
               s.last_value::float8 / least(s.max_value, CASE a.atttypid
                   WHEN 'smallint'::pg_catalog.regtype THEN 32767
                   WHEN 'integer'::pg_catalog.regtype THEN 2147483647
                   ELSE 9223372036854775807 END)::float8 AS share
          FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_class q ON q.oid = d.objid AND q.relkind = 'S'
          JOIN pg_catalog.pg_namespace qn ON qn.oid = q.relnamespace
          JOIN pg_catalog.pg_sequences s ON s.schemaname = qn.nspname AND s.sequencename = q.relname
          JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
          JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
         WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
           AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
           AND d.deptype IN ('a', 'i')
           AND s.last_value IS NOT NULL
           AND s.increment_by > 0) AS fed
 WHERE fed.share >= 0.75
