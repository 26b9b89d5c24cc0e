CREATE TABLE bulk (id bigint PRIMARY KEY, body text NOT NULL);
INSERT INTO bulk SELECT i, repeat(md5(i::text), 32) FROM generate_series(1, 20000) AS i;
CREATE INDEX bulk_body ON bulk (left(body, 32));
CREATE TABLE parts (id bigint PRIMARY KEY, bulk_id bigint NOT NULL REFERENCES bulk);
INSERT INTO parts SELECT i, i FROM generate_series(1, 300) AS i;
CREATE MATERIALIZED VIEW sizes AS SELECT count(*) AS rows FROM bulk;
