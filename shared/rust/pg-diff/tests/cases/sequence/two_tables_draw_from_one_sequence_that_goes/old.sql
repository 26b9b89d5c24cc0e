CREATE SEQUENCE s;
CREATE TABLE a (id bigint DEFAULT nextval('s'));
CREATE TABLE b (id bigint DEFAULT nextval('s'), c text DEFAULT 'no ' || nextval('s'));
CREATE VIEW v AS SELECT last_value FROM s;
INSERT INTO a DEFAULT VALUES;
