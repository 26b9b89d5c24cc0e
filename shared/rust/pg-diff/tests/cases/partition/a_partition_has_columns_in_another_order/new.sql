CREATE TABLE t (a int, b text, c int) PARTITION BY RANGE (a);
CREATE TABLE t_1 (b text, a int, c int);
ALTER TABLE t ATTACH PARTITION t_1 FOR VALUES FROM (0) TO (20);
