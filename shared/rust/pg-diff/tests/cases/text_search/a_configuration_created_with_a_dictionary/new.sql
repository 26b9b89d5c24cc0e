CREATE TEXT SEARCH DICTIONARY plain (TEMPLATE = simple, ACCEPT = false, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION ours (COPY = english);
ALTER TEXT SEARCH CONFIGURATION ours ALTER MAPPING FOR asciiword, word WITH plain, english_stem;
COMMENT ON TEXT SEARCH CONFIGURATION ours IS 'our words';
CREATE TABLE doc (id int PRIMARY KEY, body text);
CREATE INDEX doc_body ON doc USING gin (to_tsvector('ours'::regconfig, body));
