-- The live table has the column title, and none called name.
CREATE TABLE IF NOT EXISTS t (
    id    bigint CONSTRAINT pk_t PRIMARY KEY,
    title text -- @renamed from=name
);
