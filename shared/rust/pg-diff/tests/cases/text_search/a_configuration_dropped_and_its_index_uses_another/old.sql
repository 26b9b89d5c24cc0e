CREATE TEXT SEARCH CONFIGURATION ours (COPY = english);
CREATE TABLE doc (body text);
CREATE INDEX doc_body ON doc USING gin (to_tsvector('ours'::regconfig, body));
CREATE VIEW v AS SELECT to_tsvector('ours'::regconfig, body) AS words FROM doc;
INSERT INTO doc VALUES ('some words');
