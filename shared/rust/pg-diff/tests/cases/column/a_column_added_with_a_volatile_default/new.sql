CREATE TABLE t (id int PRIMARY KEY, a uuid DEFAULT gen_random_uuid() NOT NULL UNIQUE, b float8 DEFAULT random());
