CREATE TABLE t (a int, b int);
-- @renamed from=t_i
CREATE INDEX t_j ON t (a, b);
COMMENT ON INDEX t_j IS 'stays';
