-- What is served before: beside the platform's own tables some that change.
CREATE TABLE kept_notes (
    id     integer PRIMARY KEY,
    title  text    NOT NULL,
    gone   text,
    amount text
);
CREATE TABLE kept_parts (at integer NOT NULL, note text) PARTITION BY RANGE (at);
CREATE TABLE kept_parts_low PARTITION OF kept_parts FOR VALUES FROM (0) TO (100);
CREATE TABLE kept_parts_high PARTITION OF kept_parts FOR VALUES FROM (100) TO (200);
INSERT INTO kept_notes VALUES (1, 'one', 'a', '1.50 EUR'), (2, 'two', 'b', '2 EUR'), (3, 'three', NULL, NULL);
INSERT INTO kept_parts SELECT it, 'note ' || it FROM generate_series(0, 199) AS it;
