CREATE TABLE t (a int, b text, c int[], d tsrange, e point, f tsvector);
INSERT INTO t VALUES (1, 'x', '{1}', '[2024-01-01,2024-01-02)', '(1,2)', 'a');
