-- @renamed from=person
CREATE TABLE human (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE CHECK (name <> ''));
CREATE TABLE pet (id int PRIMARY KEY, person_id int REFERENCES human);
