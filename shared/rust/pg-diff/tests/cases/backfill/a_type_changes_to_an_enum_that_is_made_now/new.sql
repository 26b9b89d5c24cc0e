CREATE TYPE state AS ENUM ('open', 'shut');
CREATE TABLE t (
    id int PRIMARY KEY,
    -- @using (ARRAY['open', 'shut'])[state + 1]::public.state
    state state DEFAULT 'open' NOT NULL
);
