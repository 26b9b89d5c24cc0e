CREATE TABLE t (a timestamptz, b timestamp, c timestamp, d interval day to second(0), e time(0), f timestamptz);
CREATE INDEX t_a ON t (a);
