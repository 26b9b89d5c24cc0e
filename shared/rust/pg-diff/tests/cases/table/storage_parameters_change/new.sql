CREATE TABLE t (a text) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.01, parallel_workers = 2);
