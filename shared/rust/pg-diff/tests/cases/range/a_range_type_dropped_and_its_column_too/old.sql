CREATE TYPE floatrange AS RANGE (subtype = float8);
CREATE TABLE t (id int PRIMARY KEY, r floatrange, m floatmultirange);
INSERT INTO t VALUES (1, '[1,2)', '{}');
