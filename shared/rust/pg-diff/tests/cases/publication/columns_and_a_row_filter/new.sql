CREATE TABLE a (id int PRIMARY KEY, x int, y text);
CREATE TABLE b (id int PRIMARY KEY, x int);
CREATE PUBLICATION p FOR TABLE a (id, y) WHERE (x > 5 AND y <> 'it''s'), b WITH (publish = 'insert');
