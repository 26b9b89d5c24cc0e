CREATE TEXT SEARCH DICTIONARY "Our dict" (TEMPLATE = snowball, LANGUAGE = english);
CREATE TEXT SEARCH CONFIGURATION ours (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION ours ADD MAPPING FOR word, asciiword WITH "Our dict";
CREATE TABLE doc (body text);
CREATE INDEX doc_body ON doc USING gin (to_tsvector('ours', body));
INSERT INTO doc VALUES ('some words');
