CREATE TABLE a (id int PRIMARY KEY, code text UNIQUE);
CREATE TABLE b (
    id int PRIMARY KEY,
    code text,
    -- @backfill (SELECT a.id FROM public.a WHERE a.code = b.code)
    a_id int NOT NULL REFERENCES a
);
