CREATE TABLE person (id int PRIMARY KEY, mail text NOT NULL UNIQUE, tags text);
CREATE VIEW mails AS SELECT lower(mail) AS mail FROM person;
INSERT INTO person VALUES (1, 'A@b.c', 'a=>1');
