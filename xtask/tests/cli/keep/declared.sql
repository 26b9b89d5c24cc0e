CREATE TABLE kept_notes (
    id      integer PRIMARY KEY,
    -- @renamed from=title
    heading text    NOT NULL,
    -- @using split_part(amount, ' ', 1)::numeric
    amount  numeric,
    extra   integer NOT NULL DEFAULT 7
);
CREATE TABLE kept_parts (at integer NOT NULL, note text, extra integer) PARTITION BY RANGE (at);
CREATE TABLE kept_parts_low PARTITION OF kept_parts FOR VALUES FROM (0) TO (100);
CREATE TABLE kept_parts_high PARTITION OF kept_parts FOR VALUES FROM (100) TO (200);

