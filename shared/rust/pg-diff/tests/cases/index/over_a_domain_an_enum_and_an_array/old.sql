CREATE DOMAIN d AS text;
CREATE TYPE e AS ENUM ('x', 'y');
CREATE TABLE t (a d, b e, c e[]);
INSERT INTO t VALUES ('a', 'x', '{y}');
