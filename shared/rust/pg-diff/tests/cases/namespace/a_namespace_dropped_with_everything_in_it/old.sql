CREATE SCHEMA app;
CREATE TYPE app.state AS ENUM ('open', 'shut');
CREATE TABLE app.door (id serial PRIMARY KEY, state app.state DEFAULT 'open');
CREATE VIEW app.open_door AS SELECT * FROM app.door WHERE state = 'open';
CREATE FUNCTION app.doors() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM app.door';
INSERT INTO app.door DEFAULT VALUES;
CREATE TABLE kept (id int);
INSERT INTO kept VALUES (7);
