CREATE FUNCTION diff_a(time, time) RETURNS float8 IMMUTABLE LANGUAGE sql AS 'SELECT extract(epoch FROM ($1 - $2))';
CREATE TYPE timerange AS RANGE (subtype = time, subtype_diff = diff_a);
CREATE TABLE t (r timerange, EXCLUDE USING gist (r WITH &&));
INSERT INTO t VALUES ('[08:00,09:00)');
