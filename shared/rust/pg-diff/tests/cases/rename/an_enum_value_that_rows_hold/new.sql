CREATE TYPE mood AS ENUM (
    'sad',
    -- @renamed from=happy
    'glad'
);
CREATE TABLE t (id int PRIMARY KEY, m mood DEFAULT 'glad');
CREATE VIEW v AS SELECT id FROM t WHERE m = 'glad';
