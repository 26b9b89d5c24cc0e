CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE t (id int PRIMARY KEY, name text COLLATE nocase);
CREATE INDEX t_name ON t (name);
