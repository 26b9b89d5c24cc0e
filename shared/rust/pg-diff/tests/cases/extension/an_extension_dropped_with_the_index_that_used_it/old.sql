CREATE EXTENSION pg_trgm;
CREATE TABLE doc (id int PRIMARY KEY, body text);
CREATE INDEX doc_body ON doc USING gist (body gist_trgm_ops);
INSERT INTO doc VALUES (1, 'some words');
