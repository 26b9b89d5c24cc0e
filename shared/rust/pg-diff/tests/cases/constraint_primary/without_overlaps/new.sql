CREATE TABLE t (id int4range, during tsrange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
