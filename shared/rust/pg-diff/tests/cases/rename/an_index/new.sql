CREATE TABLE t (a int, b int);
-- @renamed from="old name"
CREATE INDEX new_name ON t (a) WHERE b > 0;
-- @renamed from=t_b
CREATE UNIQUE INDEX t_key ON t (b);
