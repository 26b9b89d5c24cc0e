CREATE TABLE t (id serial PRIMARY KEY, a int);
CREATE INDEX t_a ON t (a);
INSERT INTO t (a) VALUES (1);
