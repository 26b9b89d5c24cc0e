CREATE TABLE person (id int PRIMARY KEY, mail text NOT NULL UNIQUE);
CREATE VIEW mails AS SELECT mail FROM person;
