CREATE TYPE "My State" AS ENUM ('a"b');
CREATE TABLE t (id int, state "My State");
INSERT INTO t VALUES (1, 'a"b');
