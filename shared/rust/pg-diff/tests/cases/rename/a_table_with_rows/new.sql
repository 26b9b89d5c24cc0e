CREATE SEQUENCE person_id_seq AS int;
-- @renamed from=person
CREATE TABLE human (id int DEFAULT nextval('person_id_seq') CONSTRAINT person_pkey PRIMARY KEY, name text);
CREATE INDEX person_name ON human (name);
ALTER SEQUENCE person_id_seq OWNED BY human.id;
