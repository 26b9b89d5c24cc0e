CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY, hidden bool DEFAULT false NOT NULL, spam boolean, seen boolean DEFAULT NULL, flags boolean[] DEFAULT '{}');
