CREATE TABLE person (id serial PRIMARY KEY, name text);
CREATE INDEX person_name ON person (name);
INSERT INTO person (name) VALUES ('x');
