CREATE TABLE a (id int PRIMARY KEY, x int, y text);
CREATE TABLE b (id int PRIMARY KEY, x int);
CREATE PUBLICATION p FOR TABLE a (id, x), b WHERE (id > 0) WITH (publish = 'insert');
