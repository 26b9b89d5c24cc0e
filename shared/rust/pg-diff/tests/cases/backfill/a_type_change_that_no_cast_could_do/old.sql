CREATE TABLE t (id int PRIMARY KEY, flags int NOT NULL, tags text, at date);
INSERT INTO t VALUES (1, 3, 'a, b', '2024-01-01');
