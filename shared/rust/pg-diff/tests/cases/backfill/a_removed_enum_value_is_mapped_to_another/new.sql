CREATE TYPE state AS ENUM ('a', 'c');
CREATE TABLE t (
    id int PRIMARY KEY,
    -- @using (CASE state::text WHEN 'b' THEN 'c' ELSE state::text END)::public.state
    state state DEFAULT 'c' NOT NULL
);
