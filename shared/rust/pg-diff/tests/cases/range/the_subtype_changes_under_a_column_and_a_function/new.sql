CREATE TYPE span AS RANGE (subtype = bigint);
CREATE TABLE t (id int PRIMARY KEY, s span);
CREATE FUNCTION f(span) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT isempty($1)';
CREATE INDEX t_f ON t ((f(s)));
