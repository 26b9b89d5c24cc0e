CREATE TEXT SEARCH CONFIGURATION ours (COPY = english);
ALTER TEXT SEARCH CONFIGURATION ours ALTER MAPPING FOR asciiword WITH simple;
ALTER TEXT SEARCH CONFIGURATION ours DROP MAPPING FOR email;
CREATE TABLE doc (body text, words tsvector GENERATED ALWAYS AS (to_tsvector('ours'::regconfig, body)) STORED);
CREATE INDEX doc_words ON doc USING gin (words);
