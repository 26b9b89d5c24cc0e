CREATE TABLE t (a int, c int[]);
CREATE INDEX t_a ON t (a) WITH (fillfactor = 70, deduplicate_items = off);
CREATE INDEX t_c ON t USING gin (c);
INSERT INTO t VALUES (1, '{1}');
