-- The schema that the plan of stopped.rs begins at.
CREATE TYPE mood AS ENUM ('sad', 'glad');

CREATE TABLE person (
    id int PRIMARY KEY,
    name varchar(40) NOT NULL,
    email varchar(80) NOT NULL,
    shoe_size int
);

CREATE TABLE note (
    id bigint PRIMARY KEY,
    person_id int NOT NULL,
    title varchar(60) NOT NULL,
    body text,
    rating int NOT NULL DEFAULT 0,
    feeling mood NOT NULL DEFAULT 'sad',
    old_hint text
);
CREATE INDEX note_rating ON note (rating);
CREATE INDEX note_old ON note (body);

CREATE TABLE attic (id int PRIMARY KEY, junk text);

CREATE VIEW titles AS SELECT id, title, rating FROM note;
COMMENT ON VIEW titles IS 'What there is.';

CREATE FUNCTION shout(words text) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT upper(words) $$;

CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN NEW; END $$;

CREATE SEQUENCE ticket;
