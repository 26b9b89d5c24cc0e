-- One hash of the versions of the rows that footprint.sql hashes: equal before
-- and after something else was read, they were the same all the while.
WITH seen (catalog, version, place) AS (
    SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_class x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_attribute x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_attrdef x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_index x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_constraint x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_inherits x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_partitioned_table x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_foreign_table x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_sequence x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_rewrite x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_trigger x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_policy x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_statistic_ext x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_event_trigger x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_publication x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_publication_rel x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_publication_namespace x -- since 15
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_namespace x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_extension x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_language x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_foreign_data_wrapper x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_foreign_server x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_default_acl x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_seclabel x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_transform x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_am x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_enum x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_init_privs x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_description x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_depend x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_type x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_proc x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_operator x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_opfamily x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_opclass x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_amop x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_amproc x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_cast x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_collation x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_conversion x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_ts_parser x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_ts_template x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_ts_dict x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_ts_config x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_aggregate x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_range x
     UNION ALL SELECT x.tableoid, x.xmin, x.ctid FROM pg_catalog.pg_ts_config_map x)
SELECT sum(hash_record_extended(ROW(s.version, s.place), s.catalog::bigint))::text FROM seen s
