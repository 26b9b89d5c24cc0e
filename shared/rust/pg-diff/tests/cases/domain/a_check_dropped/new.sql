CREATE DOMAIN d AS text CONSTRAINT c2 CHECK (length(VALUE) < 9);
CREATE TABLE t (id int, a d);
