CREATE COLLATION plain FROM "C";
CREATE TABLE t (id int PRIMARY KEY, name text COLLATE plain);
CREATE INDEX t_name ON t (name);
