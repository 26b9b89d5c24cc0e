CREATE SCHEMA a;
CREATE SCHEMA b;
-- @renamed from=a.t
CREATE TABLE b.t (id serial PRIMARY KEY, v text);
CREATE VIEW w AS SELECT v FROM b.t;
