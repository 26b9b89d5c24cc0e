CREATE TABLE b (x int, y int);
CREATE TABLE c (x int);
CREATE VIEW v AS SELECT x AS id FROM b;
