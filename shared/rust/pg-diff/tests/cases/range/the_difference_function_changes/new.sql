CREATE FUNCTION diff_b(time, time) RETURNS float8 IMMUTABLE LANGUAGE sql AS 'SELECT extract(epoch FROM ($1 - $2))';
CREATE TYPE timerange AS RANGE (subtype = time, subtype_diff = diff_b);
CREATE TABLE t (r timerange, EXCLUDE USING gist (r WITH &&));
