CREATE TABLE t (a int, b int);
CREATE INDEX t_a ON t (a);
CREATE INDEX t_b ON t (b);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_a'::regclass;
INSERT INTO t VALUES (1, 2);
