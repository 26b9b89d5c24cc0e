CREATE EXTENSION hstore;
CREATE TABLE t (
    id int PRIMARY KEY,
    attrs text,
    a text GENERATED ALWAYS AS ((attrs::hstore) -> 'a') STORED
);
CREATE VIEW keys AS SELECT id, akeys(attrs::hstore) AS keys FROM t;
