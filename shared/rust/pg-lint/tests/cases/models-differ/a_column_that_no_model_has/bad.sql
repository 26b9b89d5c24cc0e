-- The model of t has id alone: every insert by it fails.
CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY, code text NOT NULL);
