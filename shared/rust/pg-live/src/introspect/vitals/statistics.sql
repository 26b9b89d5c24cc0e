-- Tables with rows the planner knows nothing about.
SELECT false,
       t.relid::pg_catalog.regclass || ' has ' || t.n_live_tup || ' rows and was never analysed',
       'ANALYZE ' || t.relid::pg_catalog.regclass || ';'
  FROM pg_catalog.pg_stat_user_tables t
 WHERE t.n_live_tup > 10000
   AND t.last_analyze IS NULL
   AND t.last_autoanalyze IS NULL
