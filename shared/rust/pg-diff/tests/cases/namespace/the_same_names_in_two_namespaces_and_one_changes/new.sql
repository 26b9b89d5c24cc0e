CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TABLE a.item (id int PRIMARY KEY, name text);
CREATE TABLE b.item (id bigint PRIMARY KEY, name varchar(40));
CREATE INDEX item_name ON a.item (name);
CREATE INDEX item_name ON b.item (name DESC);
CREATE VIEW a.items AS SELECT name FROM a.item;
CREATE VIEW b.items AS SELECT name FROM b.item;
