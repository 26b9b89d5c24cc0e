CREATE TYPE floatrange AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE textrange AS RANGE (subtype = text, collation = "C", multirange_type_name = many_texts);
CREATE TABLE t (id int PRIMARY KEY, r floatrange, m many_texts, x floatmultirange DEFAULT '{}');
CREATE INDEX t_r ON t USING gist (r);
