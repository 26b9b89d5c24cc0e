-- The schema that the plan of stopped.rs ends at: one edit, steps of every kind.
CREATE TYPE mood AS ENUM ('sad', 'calm', 'glad');
CREATE TYPE size_of AS ENUM ('small', 'large');

CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 0 AND 100);

CREATE TABLE person (
    id int PRIMARY KEY,
    name text NOT NULL,
    email varchar(80) NOT NULL,
    -- @backfill 'none' batch=8
    city text NOT NULL,
    share percent,
    CONSTRAINT person_email_key UNIQUE (email),
    CONSTRAINT person_named CHECK (name <> '')
);
COMMENT ON TABLE person IS 'Who writes.';
COMMENT ON COLUMN person.city IS 'Where from.';

CREATE TABLE label (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    word text NOT NULL UNIQUE
);

CREATE TABLE note (
    id bigint PRIMARY KEY,
    person_id int NOT NULL,
    title text NOT NULL,
    -- @backfill 'no body: ' || id batch=20
    body text NOT NULL,
    rating int NOT NULL DEFAULT 0,
    feeling mood NOT NULL DEFAULT 'calm',
    label_id int,
    size_class size_of NOT NULL DEFAULT 'small',
    CONSTRAINT note_person_fk FOREIGN KEY (person_id) REFERENCES person (id),
    CONSTRAINT note_label_fk FOREIGN KEY (label_id) REFERENCES label (id),
    CONSTRAINT note_rated CHECK (rating >= 0)
);
-- Another definition under the old name: replaced without a gap.
CREATE INDEX note_rating ON note (rating DESC, id);
CREATE INDEX note_person ON note (person_id);
CREATE UNIQUE INDEX note_title ON note (title);

CREATE VIEW titles AS SELECT id, title, feeling FROM note;
COMMENT ON VIEW titles IS 'What there is, and how it feels.';

CREATE MATERIALIZED VIEW ratings AS SELECT rating, count(*) AS notes FROM note GROUP BY rating;

CREATE FUNCTION shout(words text) RETURNS text LANGUAGE sql IMMUTABLE
    AS $$ SELECT upper(words) || '!' $$;

CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RETURN NEW; END $$;

CREATE TRIGGER stamped BEFORE INSERT ON note FOR EACH ROW EXECUTE FUNCTION stamp();

CREATE SEQUENCE ticket INCREMENT 10;

GRANT SELECT ON note, titles TO PUBLIC;
GRANT EXECUTE ON FUNCTION shout(text) TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
