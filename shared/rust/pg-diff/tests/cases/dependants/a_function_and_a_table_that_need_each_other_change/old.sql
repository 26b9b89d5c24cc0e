CREATE TABLE t (id int, name varchar(9));
CREATE FUNCTION label(t) RETURNS varchar IMMUTABLE LANGUAGE sql AS 'SELECT $1.name';
CREATE INDEX t_label ON t (label(t.*));
INSERT INTO t VALUES (1, 'x');
