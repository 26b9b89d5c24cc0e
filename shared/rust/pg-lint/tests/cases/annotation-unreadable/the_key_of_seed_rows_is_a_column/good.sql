CREATE TABLE IF NOT EXISTS levels (
    code  text CONSTRAINT pk_levels PRIMARY KEY,
    title text
);
-- @seed key=(code) update=(title)
INSERT INTO levels (code, title) VALUES ('low', 'Low') ON CONFLICT (code) DO NOTHING;
