CREATE TABLE t (a text) WITH (toast.autovacuum_vacuum_threshold = 100);
CREATE TABLE u (a text) WITH (toast.vacuum_truncate = false, user_catalog_table = true);
