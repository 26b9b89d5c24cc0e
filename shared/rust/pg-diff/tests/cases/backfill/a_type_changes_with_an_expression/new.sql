CREATE TABLE t (
    id int PRIMARY KEY,
    -- @using split_part(price, ' ', 1)::numeric
    price numeric(10,2),
    -- @using to_timestamp(at)
    at timestamptz DEFAULT now() NOT NULL
);
CREATE INDEX t_price ON t (price);
CREATE VIEW v AS SELECT id, price FROM t;
