CREATE TABLE t (id int PRIMARY KEY, a bigint, b numeric, s numeric GENERATED ALWAYS AS (a + b) STORED,
    CONSTRAINT c CHECK (a < b));
CREATE INDEX t_ab ON t ((a + b), s);
CREATE INDEX t_s ON t (s) WHERE a > 0;
