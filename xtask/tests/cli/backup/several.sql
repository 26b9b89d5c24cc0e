CREATE TABLE bulk (id bigint PRIMARY KEY, body text NOT NULL);
INSERT INTO bulk SELECT i, repeat(md5(i::text), 32) FROM generate_series(1, 20000) AS i;
CREATE INDEX bulk_body ON bulk (left(body, 32));
CREATE TABLE parts (id bigint PRIMARY KEY, bulk_id bigint NOT NULL REFERENCES bulk);
INSERT INTO parts SELECT i, i FROM generate_series(1, 300) AS i;
CREATE MATERIALIZED VIEW sizes AS SELECT count(*) AS rows FROM bulk;
-- What changes rows on their way into a partition, and asks for other rows.
CREATE TABLE days (at integer, v text, bulk_id bigint REFERENCES bulk) PARTITION BY RANGE (at);
CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (500);
CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM (500) TO (1000);
INSERT INTO days SELECT i, 'as it was', i + 1 FROM generate_series(0, 999) AS i;
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := ''spoiled''; RETURN NEW; END';
CREATE TRIGGER spoil BEFORE INSERT ON days FOR EACH ROW EXECUTE FUNCTION spoil();
