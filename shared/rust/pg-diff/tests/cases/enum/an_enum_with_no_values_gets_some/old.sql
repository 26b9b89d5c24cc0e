CREATE TYPE state AS ENUM ();
CREATE TABLE t (id int, state state);
INSERT INTO t VALUES (1, NULL);
