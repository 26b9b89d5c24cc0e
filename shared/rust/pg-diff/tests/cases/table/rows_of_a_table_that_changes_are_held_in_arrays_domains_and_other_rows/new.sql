CREATE TABLE a (id bigint, name text, "odd, ""name" int);
CREATE DOMAIN of_a AS a CHECK ((VALUE).id > 0);
CREATE TYPE pair AS (one a, many a[]);
CREATE TABLE b (
    id int PRIMARY KEY,
    one a DEFAULT ROW(1, 'it''s', 2)::a CHECK ((one).id > 0),
    many a[],
    checked of_a,
    pair pair,
    UNIQUE (one)
);
CREATE INDEX b_name ON b (((one).name));
CREATE TABLE c (whole b);
CREATE VIEW v AS SELECT id, (one).name FROM b;
