CREATE TYPE span AS RANGE (subtype = int, multirange_type_name = spans);
CREATE TABLE t (id int PRIMARY KEY, s span, m spans);
