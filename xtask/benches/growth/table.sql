CREATE TABLE growth_rows (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    content text NOT NULL,
    metadata jsonb NOT NULL,
    written_at timestamptz NOT NULL
)
