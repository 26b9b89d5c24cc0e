CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY, seen timestamp, met timestamp(0) without time zone);
