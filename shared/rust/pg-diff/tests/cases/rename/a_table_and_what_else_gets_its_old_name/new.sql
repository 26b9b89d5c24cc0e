-- @renamed from=person
CREATE TABLE human (id int CONSTRAINT person_pkey PRIMARY KEY, name text);
CREATE VIEW person AS SELECT id, name FROM human;
