CREATE TABLE kept (id int PRIMARY KEY);
CREATE TABLE made (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kept_id int NOT NULL REFERENCES kept ON DELETE CASCADE,
    name text COLLATE "C" DEFAULT 'x' NOT NULL UNIQUE CHECK (name <> ''),
    size int GENERATED ALWAYS AS (length(name)) STORED,
    tags text[] DEFAULT '{}' NOT NULL
);
CREATE INDEX made_kept ON made (kept_id);
COMMENT ON TABLE made IS 'made';
