CREATE TABLE t (a timestamp, b timestamptz, c timestamp(3), d interval, e time, f date);
CREATE INDEX t_a ON t (a);
INSERT INTO t VALUES ('2024-01-01', '2024-01-01 00:00Z', '2024-01-01', '1 day', '10:00', '2024-01-01');
