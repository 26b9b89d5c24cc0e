-- @renamed from=app
CREATE SCHEMA core;
CREATE TYPE core.e AS ENUM ('x');
CREATE TABLE core.t (id serial PRIMARY KEY, e core.e DEFAULT 'x');
CREATE VIEW v AS SELECT id FROM core.t;
