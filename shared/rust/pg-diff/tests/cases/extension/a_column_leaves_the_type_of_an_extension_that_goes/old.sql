CREATE EXTENSION citext;
CREATE TABLE person (id int PRIMARY KEY, mail citext NOT NULL UNIQUE);
CREATE VIEW mails AS SELECT mail FROM person;
INSERT INTO person VALUES (1, 'A@b.c');
