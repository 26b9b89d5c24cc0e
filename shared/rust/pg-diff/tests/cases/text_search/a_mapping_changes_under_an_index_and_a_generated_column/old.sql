CREATE TEXT SEARCH CONFIGURATION ours (COPY = english);
CREATE TABLE doc (body text, words tsvector GENERATED ALWAYS AS (to_tsvector('ours'::regconfig, body)) STORED);
CREATE INDEX doc_words ON doc USING gin (words);
INSERT INTO doc VALUES ('some words');
