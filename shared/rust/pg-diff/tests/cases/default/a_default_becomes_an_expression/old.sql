CREATE TABLE t (a timestamptz DEFAULT '2024-01-01 00:00Z', b text DEFAULT 'x', c int[] DEFAULT '{}', d jsonb);
