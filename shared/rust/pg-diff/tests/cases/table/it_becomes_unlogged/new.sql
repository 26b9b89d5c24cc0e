CREATE UNLOGGED TABLE t (id serial PRIMARY KEY, a text);
CREATE INDEX t_a ON t (a);
