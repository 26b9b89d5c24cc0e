CREATE TABLE t (id int PRIMARY KEY, on_off boolean DEFAULT false NOT NULL);
INSERT INTO t VALUES (1, true);
