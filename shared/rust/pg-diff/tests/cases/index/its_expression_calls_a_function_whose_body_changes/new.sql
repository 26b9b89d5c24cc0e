CREATE FUNCTION norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper($1)';
CREATE TABLE t (a text);
CREATE INDEX t_i ON t (norm(a));
