CREATE FOREIGN DATA WRAPPER dummy;
-- @renamed from=far
CREATE SERVER away FOREIGN DATA WRAPPER dummy;
-- @renamed from=remote
CREATE FOREIGN TABLE distant (
    -- @renamed from=id
    no int
) SERVER away;
CREATE TABLE t (a int, b int);
-- @renamed from=s
CREATE STATISTICS s2 ON a, b FROM t;
-- @renamed from=p
CREATE PUBLICATION p2 FOR TABLE t;
