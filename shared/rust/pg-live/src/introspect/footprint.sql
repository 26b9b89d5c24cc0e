-- One hash of all rows on which a reading rests, be it by deparsing. Equal rows
-- are spelled alike: what was read when they hashed to this is read again.
--
-- Rows count whole, with every column that they have in any version; pg_class
-- alone is without what no DDL says: statistics, files, notes of VACUUM. Of
-- rows that initdb made it counts that nobody wrote them since. Temporary and
-- TOAST tables come and go without being seen, as in a reading.
WITH namespace (oid) AS MATERIALIZED (
    SELECT n.oid
      FROM pg_catalog.pg_namespace n
     WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')),
other (oid) AS MATERIALIZED (
    SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relnamespace NOT IN (TABLE namespace)),
other_type (oid) AS MATERIALIZED (
    SELECT t.oid FROM pg_catalog.pg_type t WHERE t.oid >= 16384 AND t.typnamespace NOT IN (TABLE namespace)),
seen (catalog, line) AS (
    SELECT x.tableoid,
           ROW(x.oid, x.relname, x.relnamespace, x.reltype, x.reloftype, x.relowner, x.relam, x.reltablespace,
               x.relisshared, x.relpersistence, x.relkind, x.relnatts, x.relchecks, x.relrowsecurity,
               x.relforcerowsecurity, x.relispopulated, x.relreplident, x.relispartition, x.relacl, x.reloptions,
               x.relpartbound, t.reloptions)::text
      FROM pg_catalog.pg_class x
      LEFT JOIN pg_catalog.pg_class t ON t.oid = x.reltoastrelid AND t.reloptions IS NOT NULL
     WHERE x.oid >= 16384 AND x.oid NOT IN (TABLE other)
     UNION ALL
    SELECT x.tableoid, x::text
      FROM pg_catalog.pg_attribute x
     WHERE x.attnum > 0 AND x.attrelid >= 16384 AND x.attrelid NOT IN (TABLE other)
     UNION ALL
    SELECT x.tableoid, x::text
      FROM pg_catalog.pg_attrdef x
     WHERE x.adrelid >= 16384 AND x.adrelid NOT IN (TABLE other)
     UNION ALL
    SELECT x.tableoid, x::text
      FROM pg_catalog.pg_index x
     WHERE x.indrelid >= 16384 AND x.indrelid NOT IN (TABLE other)
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_constraint x WHERE x.connamespace IN (TABLE namespace)
     UNION ALL
    SELECT x.tableoid, x::text
      FROM pg_catalog.pg_inherits x
     WHERE x.inhrelid >= 16384 AND x.inhrelid NOT IN (TABLE other)
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_partitioned_table x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_foreign_table x
     UNION ALL
    SELECT x.tableoid, x::text
      FROM pg_catalog.pg_sequence x
     WHERE x.seqrelid >= 16384 AND x.seqrelid NOT IN (TABLE other)
     UNION ALL
    SELECT x.tableoid, x::text
      FROM pg_catalog.pg_rewrite x
     WHERE x.ev_class >= 16384 AND x.ev_class NOT IN (TABLE other)
     UNION ALL
    SELECT x.tableoid, x::text
      FROM pg_catalog.pg_trigger x
     WHERE x.tgrelid >= 16384 AND x.tgrelid NOT IN (TABLE other)
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_policy x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_statistic_ext x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_event_trigger x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_publication x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_publication_rel x
     UNION ALL -- since 15
    SELECT x.tableoid, x::text FROM pg_catalog.pg_publication_namespace x -- since 15
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_namespace x WHERE x.nspname !~ '^pg_(toast_)?temp_'
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_extension x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_language x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_foreign_data_wrapper x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_foreign_server x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_default_acl x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_seclabel x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_transform x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_am x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_enum x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_init_privs x WHERE x.privtype = 'e'
     UNION ALL
    SELECT x.tableoid, x::text
      FROM pg_catalog.pg_description x
     WHERE x.objoid >= 16384
        OR x.classoid IN ('pg_catalog.pg_namespace'::regclass, 'pg_catalog.pg_extension'::regclass)
     UNION ALL
    -- Members of extensions, columns of sequences, parts of routines and types.
    SELECT x.tableoid, x::text
      FROM pg_catalog.pg_depend x
     WHERE x.deptype = 'e'
        OR x.deptype IN ('a', 'i') AND x.classid = 'pg_catalog.pg_class'::regclass AND x.refobjsubid > 0
           AND x.objid NOT IN (TABLE other)
        OR x.deptype = 'i' AND x.classid = 'pg_catalog.pg_proc'::regclass
        OR x.deptype = 'i' AND x.classid = 'pg_catalog.pg_type'::regclass AND x.objid NOT IN (TABLE other_type)
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_type x
     WHERE x.oid NOT IN (TABLE other_type)
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_proc x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_operator x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_opfamily x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_opclass x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_amop x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_amproc x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_cast x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_collation x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_conversion x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_ts_parser x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_ts_template x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_ts_dict x
     UNION ALL
    SELECT x.tableoid, CASE WHEN x.oid < 16384 THEN concat_ws(' ', x.oid, x.xmin) ELSE x::text END
      FROM pg_catalog.pg_ts_config x
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_aggregate x WHERE x.aggfnoid >= 16384
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_range x WHERE x.rngtypid >= 16384
     UNION ALL
    SELECT x.tableoid, x::text FROM pg_catalog.pg_ts_config_map x WHERE x.mapcfg >= 16384
     UNION ALL
    -- These tables are not for everybody.
    SELECT 1, ROW(x.oid, x.rolname)::text FROM pg_catalog.pg_roles x
     UNION ALL
    SELECT 2, x::text FROM pg_catalog.pg_user_mappings x
     UNION ALL
    SELECT 3, ROW(x.oid, x.subdbid, x.subname)::text FROM pg_catalog.pg_subscription x
     UNION ALL
    SELECT 4, ROW(x.oid, x.spcname)::text FROM pg_catalog.pg_tablespace x
     UNION ALL
    SELECT 5, concat_ws(' ', current_user, current_database(), current_setting('server_version_num')))
SELECT sum(hashtextextended(s.line, s.catalog::bigint))::text FROM seen s
