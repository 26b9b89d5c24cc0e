CREATE COLLATION swedish (locale = 'C.UTF-8');
CREATE TABLE t (id int PRIMARY KEY, name text);
CREATE INDEX t_name ON t (name COLLATE swedish);
