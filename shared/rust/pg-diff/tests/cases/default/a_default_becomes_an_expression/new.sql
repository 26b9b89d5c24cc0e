CREATE TABLE t (a timestamptz DEFAULT now() + interval '1 day', b text DEFAULT upper('x' || CURRENT_USER),
    c int[] DEFAULT ARRAY[1, 2], d jsonb DEFAULT '{"a": "it''s"}');
