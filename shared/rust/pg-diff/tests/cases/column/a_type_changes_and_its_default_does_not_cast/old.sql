CREATE TABLE t (id int PRIMARY KEY, a text DEFAULT 'none', b int DEFAULT 0 NOT NULL, c text DEFAULT 'x');
INSERT INTO t VALUES (1, '7', 1, '8');
