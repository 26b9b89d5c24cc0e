-- Sequences, and the column that each goes with: 'a' by OWNED BY, 'i' for an
-- identity column.
SELECT s.seqrelid,
       format_type(s.seqtypid, NULL),
       s.seqstart,
       s.seqincrement,
       s.seqmin,
       s.seqmax,
       s.seqcache,
       s.seqcycle,
       c.relpersistence = 'u',
       d.deptype::text,
       d.refobjid,
       a.attname::text
  FROM pg_catalog.pg_sequence s
  JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
  LEFT JOIN (pg_catalog.pg_depend d
             JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid)
    ON d.classid = 'pg_catalog.pg_class'::regclass
   AND d.objid = s.seqrelid
   AND d.objsubid = 0
   AND d.refclassid = 'pg_catalog.pg_class'::regclass
   AND d.refobjsubid > 0
   AND d.deptype IN ('a', 'i')
