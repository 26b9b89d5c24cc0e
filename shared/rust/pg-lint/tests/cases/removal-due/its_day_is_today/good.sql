-- @deprecated since=2020-01-01 remove-after=2026-06-02
CREATE TABLE IF NOT EXISTS t (id bigint CONSTRAINT pk_t PRIMARY KEY);
