-- Tables that are full of dead rows.
SELECT false,
       t.relid::pg_catalog.regclass || ' has ' || t.n_dead_tup || ' dead rows for ' || t.n_live_tup || ' live ones',
       'VACUUM (ANALYZE) ' || t.relid::pg_catalog.regclass || ';'
  FROM pg_catalog.pg_stat_user_tables t
 WHERE t.n_dead_tup > 10000
   AND t.n_dead_tup > 0.2 * t.n_live_tup
