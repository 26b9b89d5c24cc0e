CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TYPE a.state AS ENUM ('x');
CREATE TYPE b.state AS ENUM ('x');
CREATE TABLE a.t (s a.state);
CREATE TABLE b.t (s b.state);
INSERT INTO b.t VALUES ('x');
