CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY);
-- lint: ignore create-without-guard,alter-belongs-in-create the example wants it
ALTER TABLE t ADD CONSTRAINT ck_t CHECK (id > 0) NOT VALID;
