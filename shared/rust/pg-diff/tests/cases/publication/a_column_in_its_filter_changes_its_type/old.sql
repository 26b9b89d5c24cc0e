CREATE TABLE a (id int PRIMARY KEY, x int, gone int);
CREATE PUBLICATION p FOR TABLE a (id, x) WHERE (x > 5) WITH (publish = 'insert');
INSERT INTO a VALUES (1, 2, 3);
