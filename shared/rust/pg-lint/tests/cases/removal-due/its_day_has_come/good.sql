-- @deprecated since=2020-01-01 remove-after=9999-03-01
CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY);
