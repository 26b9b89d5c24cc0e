CREATE TABLE t (a text, b int);
CREATE INDEX t_i ON t (lower(a), (b + 1));
INSERT INTO t VALUES ('X', 2);
