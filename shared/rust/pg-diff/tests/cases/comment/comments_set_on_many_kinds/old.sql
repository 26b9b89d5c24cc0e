CREATE SCHEMA app;
CREATE TABLE app.t (a int CONSTRAINT c CHECK (a > 0), b text);
CREATE INDEX t_b ON app.t (b);
CREATE VIEW app.v AS SELECT a FROM app.t;
CREATE SEQUENCE app.s;
CREATE FUNCTION app.f(a int, OUT b int) LANGUAGE sql AS 'SELECT 1';
