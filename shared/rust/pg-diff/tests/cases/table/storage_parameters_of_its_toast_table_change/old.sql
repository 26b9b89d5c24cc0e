CREATE TABLE t (a text) WITH (toast.autovacuum_enabled = false, toast_tuple_target = 256);
CREATE TABLE u (a text);
INSERT INTO t VALUES ('x');
