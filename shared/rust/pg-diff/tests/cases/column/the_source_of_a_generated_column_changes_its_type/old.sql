CREATE TABLE t (a int, b varchar(10), s int GENERATED ALWAYS AS (a * 2) STORED,
    l text GENERATED ALWAYS AS (lower(b)) STORED);
CREATE INDEX t_l ON t (l);
INSERT INTO t VALUES (1, 'X');
