CREATE TYPE span AS RANGE (subtype = int);
CREATE TABLE t (id int PRIMARY KEY, s span);
CREATE FUNCTION f(span) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT isempty($1)';
CREATE INDEX t_f ON t ((f(s)));
INSERT INTO t VALUES (1, '[1,5)');
