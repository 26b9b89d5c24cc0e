CREATE TABLE t (
    id int,
    -- @renamed from=during
    span tsrange,
    CONSTRAINT t_during_excl EXCLUDE USING gist (span WITH &&)
);
CREATE TABLE p (
    -- @renamed from=k
    key int,
    v text
) PARTITION BY LIST (key);
CREATE TABLE p_1 PARTITION OF p FOR VALUES IN (1);
