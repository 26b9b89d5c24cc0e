CREATE TABLE t (a int, v int GENERATED ALWAYS AS (a + 1) STORED, w int);
