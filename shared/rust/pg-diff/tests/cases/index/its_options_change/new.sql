CREATE TABLE t (a int, c int[]);
CREATE INDEX t_a ON t (a) WITH (fillfactor = 80);
CREATE INDEX t_c ON t USING gin (c) WITH (fastupdate = off);
