CREATE TABLE IF NOT EXISTS t (
    id   bigint NOT NULL CONSTRAINT pk_t PRIMARY KEY,
    kind text CONSTRAINT ck_t_kind CHECK (kind <> ''),
    CONSTRAINT uq_t_kind UNIQUE (kind)
);
