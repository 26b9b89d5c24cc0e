CREATE TYPE address AS (street text);
CREATE TABLE t (id int PRIMARY KEY, home address);
INSERT INTO t VALUES (1, ROW('x'));
