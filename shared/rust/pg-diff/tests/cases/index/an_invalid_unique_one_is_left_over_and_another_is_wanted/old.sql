CREATE TABLE t (a int, b int);
CREATE UNIQUE INDEX t_a ON t (a);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_a'::regclass;
CREATE INDEX t_a_ccnew ON t (a);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_a_ccnew'::regclass;
INSERT INTO t VALUES (1, 2);
