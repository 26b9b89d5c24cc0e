-- @renamed from=app
CREATE SCHEMA core;
-- @renamed from=t
CREATE TABLE core.u (
    id int CONSTRAINT t_pkey PRIMARY KEY,
    -- @renamed from=a
    b text
);
CREATE INDEX t_a ON core.u (b);
