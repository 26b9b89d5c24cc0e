CREATE TABLE t (k int4range, during tsrange, CONSTRAINT x EXCLUDE USING gist (k WITH =, during WITH &&))
    PARTITION BY LIST (k);
CREATE TABLE t_1 PARTITION OF t FOR VALUES IN ('[1,2)');
