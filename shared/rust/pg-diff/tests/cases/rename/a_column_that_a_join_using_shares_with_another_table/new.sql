CREATE TABLE a (
    -- @renamed from=id
    key int CONSTRAINT a_pkey PRIMARY KEY,
    x text
);
CREATE TABLE b (id int PRIMARY KEY, y text);
CREATE VIEW v AS SELECT key AS id, x, y FROM a JOIN b ON a.key = b.id;
