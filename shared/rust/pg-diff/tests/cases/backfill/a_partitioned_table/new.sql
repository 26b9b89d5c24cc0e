CREATE TABLE t (
    id int,
    -- @backfill 'none'
    v text NOT NULL,
    -- @backfill id % 2 = 0
    even boolean NOT NULL
) PARTITION BY RANGE (id);
CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10);
CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20);
