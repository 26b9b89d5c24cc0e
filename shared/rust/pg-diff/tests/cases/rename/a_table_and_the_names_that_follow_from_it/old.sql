CREATE TABLE person (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE CHECK (name <> ''));
CREATE TABLE pet (id int PRIMARY KEY, person_id int REFERENCES person);
INSERT INTO person (name) VALUES ('x');
INSERT INTO pet VALUES (1, 1);
