CREATE EXTENSION citext VERSION '1.5';
CREATE TABLE person (id int PRIMARY KEY, mail citext UNIQUE);
INSERT INTO person VALUES (1, 'A@b.c');
