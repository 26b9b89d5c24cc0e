CREATE SCHEMA ext;
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE TABLE doc (id int PRIMARY KEY, body text);
CREATE INDEX doc_body ON doc USING gin (body ext.gin_trgm_ops);
