CREATE TABLE t ("Name" text NOT NULL, name varchar, "NAME" bigint, "nAME" int);
CREATE INDEX t_name ON t ("Name", name);
