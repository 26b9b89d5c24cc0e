-- How much was written to everything that these views read, directly or through
-- other views; NULL where that cannot be counted: functions that are not the server's
-- own, or may read tables; the server's tables; rows elsewhere; rows that hide; our
-- journals, which come by other ways. A TRUNCATE is not counted, and changes the
-- file. A view that reads another reads more than it does, and stands behind it.
WITH RECURSIVE reach (name, relation) AS (
  SELECT it.name, it.name::pg_catalog.regclass::pg_catalog.oid
    FROM pg_catalog.unnest($1::text[]) AS it (name)
  UNION
  SELECT reach.name, read.relation
    FROM reach
   CROSS JOIN LATERAL (
         SELECT d.refobjid AS relation
           FROM pg_catalog.pg_rewrite r
           JOIN pg_catalog.pg_depend d
             ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
          WHERE r.ev_class = reach.relation AND r.ev_type = '1'
         UNION ALL
         SELECT i.inhrelid FROM pg_catalog.pg_inherits i WHERE i.inhparent = reach.relation) AS read),
-- The server's own objects leave no entry in pg_depend: the stored query has them.
uncounted (rule) AS (
  SELECT r.ev_class
    FROM pg_catalog.pg_rewrite r
   CROSS JOIN LATERAL pg_catalog.regexp_matches(r.ev_action::text,
         ':(relid|funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g') AS used (found)
    LEFT JOIN pg_catalog.pg_proc p
      ON used.found[1] <> 'relid' AND p.oid = used.found[2]::pg_catalog.oid
   WHERE r.ev_class IN (SELECT relation FROM reach)
     AND ((used.found[1] = 'relid' AND used.found[2]::bigint BETWEEN 1 AND 16383)
       OR p.oid >= 16384 OR p.provolatile = 'v' OR p.proname ~ '_to_xml')
  UNION
  SELECT r.ev_class
    FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
     AND d.refclassid IN ('pg_catalog.pg_proc'::pg_catalog.regclass,
                          'pg_catalog.pg_operator'::pg_catalog.regclass)
   WHERE r.ev_class IN (SELECT relation FROM reach))
SELECT reach.name,
       CASE WHEN pg_catalog.current_setting('track_counts') = 'on'
             AND NOT bool_or(c.oid IN (SELECT rule FROM uncounted)
                          OR c.relkind NOT IN ('r', 'p', 'v', 'm')
                          OR c.relrowsecurity OR n.nspname = 'xtask')
            THEN coalesce(pg_catalog.string_agg(
                   pg_catalog.format('%s %s %s %s %s', c.oid, c.relfilenode,
                                     pg_catalog.pg_stat_get_tuples_inserted(c.oid),
                                     pg_catalog.pg_stat_get_tuples_updated(c.oid),
                                     pg_catalog.pg_stat_get_tuples_deleted(c.oid)),
                   ', ' ORDER BY c.oid) FILTER (WHERE c.relkind = 'r'), '') END
  FROM reach
  JOIN pg_catalog.pg_class c ON c.oid = reach.relation
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 GROUP BY reach.name
 ORDER BY count(*), reach.name
