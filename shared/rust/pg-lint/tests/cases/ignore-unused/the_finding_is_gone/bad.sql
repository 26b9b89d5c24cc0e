-- lint: ignore serial-column the old client wants it
CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY); -- lint: ignore money-column it was cheap
