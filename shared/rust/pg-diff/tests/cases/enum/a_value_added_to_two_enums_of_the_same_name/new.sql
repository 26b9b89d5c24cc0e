CREATE SCHEMA a;
CREATE SCHEMA b;
CREATE TYPE a.state AS ENUM ('x', 'y');
CREATE TYPE b.state AS ENUM ('w', 'x');
CREATE TABLE a.t (s a.state DEFAULT 'y');
CREATE TABLE b.t (s b.state DEFAULT 'w');
