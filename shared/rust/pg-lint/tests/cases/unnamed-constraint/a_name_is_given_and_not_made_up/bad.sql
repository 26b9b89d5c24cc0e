CREATE TABLE IF NOT EXISTS t (
    id   bigint PRIMARY KEY,
    kind text CHECK (kind <> ''),
    UNIQUE (kind)
);
