CREATE TABLE a (id int PRIMARY KEY, x bigint);
CREATE PUBLICATION p FOR TABLE a (id, x) WHERE (x > 5) WITH (publish = 'insert');
