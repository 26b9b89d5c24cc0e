CREATE TABLE IF NOT EXISTS t (
    id   bigint CONSTRAINT pk_t PRIMARY KEY,
    -- @deprecated since=2026-01-01 remove-after=2026-06-02
    kept text,
    -- @deprecated since=2026-01-01 remove-after=2026-06-01
    gone text
);
