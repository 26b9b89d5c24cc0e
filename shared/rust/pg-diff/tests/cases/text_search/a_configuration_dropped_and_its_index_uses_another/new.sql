CREATE TABLE doc (body text);
CREATE INDEX doc_body ON doc USING gin (to_tsvector('english'::regconfig, body));
CREATE VIEW v AS SELECT to_tsvector('english'::regconfig, body) AS words FROM doc;
