CREATE TABLE a (id int);
CREATE TABLE b (id int, x text);
CREATE VIEW v AS SELECT x FROM b;
