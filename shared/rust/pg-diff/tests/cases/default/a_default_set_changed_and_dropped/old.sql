CREATE TABLE t (a int, b int DEFAULT 1, c int DEFAULT 1, d text DEFAULT 'it''s');
INSERT INTO t (a) VALUES (1);
