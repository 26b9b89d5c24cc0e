CREATE TABLE t (a text, b int);
CREATE INDEX t_i ON t (upper(a), (b * 2) DESC);
