CREATE TABLE kept (id int);
CREATE TABLE t (id int, name text);
CREATE FUNCTION label(t) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1.name';
ALTER TABLE t ADD CONSTRAINT labelled CHECK (label(t.*) <> '');
CREATE INDEX t_label ON t (label(t.*));
