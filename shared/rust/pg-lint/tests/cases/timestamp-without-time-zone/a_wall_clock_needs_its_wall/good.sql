CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY, seen timestamptz NOT NULL DEFAULT now(), met timestamp(3) with time zone, at time);
