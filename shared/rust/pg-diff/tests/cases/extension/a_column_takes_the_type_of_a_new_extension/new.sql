CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE TABLE person (id int PRIMARY KEY, mail citext NOT NULL UNIQUE, tags hstore);
CREATE VIEW mails AS SELECT lower(mail) AS mail FROM person;
