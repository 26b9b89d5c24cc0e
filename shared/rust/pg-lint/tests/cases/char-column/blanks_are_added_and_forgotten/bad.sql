CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY, country char(2));
