CREATE AGGREGATE total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '100');
CREATE VIEW v AS SELECT total(x) AS n FROM generate_series(1, 3) AS x;
