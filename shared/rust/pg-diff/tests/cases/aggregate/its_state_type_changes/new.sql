CREATE AGGREGATE total(int) (SFUNC = int84pl, STYPE = bigint, INITCOND = '0');
CREATE MATERIALIZED VIEW m AS SELECT total(x) AS n FROM generate_series(1, 3) AS x;
