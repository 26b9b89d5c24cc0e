CREATE TYPE span AS RANGE (subtype = int);
CREATE TABLE t (id int PRIMARY KEY, s span, m span_multirange);
