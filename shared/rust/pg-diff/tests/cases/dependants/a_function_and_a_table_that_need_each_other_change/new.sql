CREATE TABLE t (id int, name text);
CREATE FUNCTION label(t) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1.name';
CREATE INDEX t_label ON t (label(t.*));
