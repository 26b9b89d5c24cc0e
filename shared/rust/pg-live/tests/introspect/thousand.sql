-- A thousand tables, each with what tables have. In pieces: each is a lock.
DO $$
BEGIN
    FOR i IN 1..1000 LOOP
        EXECUTE format('CREATE TABLE t%1$s (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent bigint REFERENCES t%2$s,
            name text NOT NULL DEFAULT ''a'', amount numeric(10, 2) CHECK (amount > 0), kind varchar(20),
            made timestamptz NOT NULL DEFAULT now(), tags text[], data jsonb, is_good boolean DEFAULT true, note text)',
            i, greatest(i - 1, 1));
        EXECUTE format('CREATE INDEX ON t%s (name)', i);
        EXECUTE format('CREATE INDEX ON t%s (kind, made DESC) WHERE is_good', i);
        IF i % 100 = 0 THEN
            COMMIT;
        END IF;
    END LOOP;
END $$;
