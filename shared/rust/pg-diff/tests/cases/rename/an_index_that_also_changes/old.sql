CREATE TABLE t (a int, b int);
CREATE INDEX t_i ON t (a);
COMMENT ON INDEX t_i IS 'stays';
INSERT INTO t VALUES (1, 2);
