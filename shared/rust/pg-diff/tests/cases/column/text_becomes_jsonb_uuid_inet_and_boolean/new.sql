CREATE TABLE t (a jsonb, b uuid, c inet, d boolean DEFAULT true, e jsonb);
