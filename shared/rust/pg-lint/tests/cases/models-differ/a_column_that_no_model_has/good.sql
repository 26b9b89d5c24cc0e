-- The model of t has id alone: what comes with a default breaks nobody.
CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY, code text NOT NULL DEFAULT '');
