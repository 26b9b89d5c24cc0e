CREATE TABLE a (id int, x varchar(5));
CREATE TABLE b (id int, x varchar(5));
CREATE VIEW v AS SELECT x FROM a;
INSERT INTO a VALUES (1, 'x');
INSERT INTO b VALUES (1, 'y');
