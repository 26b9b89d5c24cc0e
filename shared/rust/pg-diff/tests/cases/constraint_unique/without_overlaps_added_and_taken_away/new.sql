CREATE TABLE t (id int4range, a tsrange, b tsrange, CONSTRAINT u UNIQUE (id, a), UNIQUE (id, b WITHOUT OVERLAPS));
