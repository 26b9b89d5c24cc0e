CREATE TABLE t (a bigint, b text, s bigint GENERATED ALWAYS AS (a * 2) STORED,
    l text GENERATED ALWAYS AS (lower(b)) STORED);
CREATE INDEX t_l ON t (l);
