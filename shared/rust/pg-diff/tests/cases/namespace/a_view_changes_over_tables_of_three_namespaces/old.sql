CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE SCHEMA c;
CREATE TABLE a.t (id int, v text);
CREATE TABLE b.t (id int, v text);
CREATE VIEW c.t AS SELECT a.t.id, a.t.v AS av, b.t.v AS bv FROM a.t JOIN b.t ON a.t.id = b.t.id;
