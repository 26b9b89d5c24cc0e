CREATE TABLE person (id int PRIMARY KEY, name text);
INSERT INTO person VALUES (1, 'x');
