CREATE TABLE kept_outer (
    id integer PRIMARY KEY,
    inner_notes text
);
CREATE INDEX kept_outer_notes ON kept_outer (inner_notes);
