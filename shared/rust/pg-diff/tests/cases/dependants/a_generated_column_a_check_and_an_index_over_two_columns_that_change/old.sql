CREATE TABLE t (id int PRIMARY KEY, a int, b int, s int GENERATED ALWAYS AS (a + b) STORED,
    CONSTRAINT c CHECK (a < b));
CREATE INDEX t_ab ON t ((a + b), s);
CREATE INDEX t_s ON t (s) WHERE a > 0;
INSERT INTO t (id, a, b) VALUES (1, 2, 3);
