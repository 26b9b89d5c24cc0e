CREATE TABLE kept_loud (id integer PRIMARY KEY, n integer);
CREATE TABLE kept_still (id integer PRIMARY KEY, n integer);
CREATE TABLE kept_mown (id integer PRIMARY KEY);
CREATE FUNCTION kept_total() RETURNS bigint LANGUAGE plpgsql STABLE AS
    $$ BEGIN RETURN (SELECT sum(n) FROM public.kept_loud); END $$;
-- The time says when it was filled.
CREATE MATERIALIZED VIEW kept_loud_sum AS SELECT sum(n) AS total, now() AS at FROM kept_loud;
CREATE MATERIALIZED VIEW kept_still_sum AS SELECT sum(n) AS total, now() AS at FROM kept_still;
CREATE VIEW kept_between AS SELECT total FROM kept_loud_sum;
CREATE MATERIALIZED VIEW kept_a_loud_sum AS SELECT total FROM kept_between;
CREATE MATERIALIZED VIEW kept_mown_count AS SELECT count(*) AS many FROM kept_mown;
CREATE MATERIALIZED VIEW kept_called_sum AS SELECT kept_total() AS total;
CREATE MATERIALIZED VIEW kept_asked_sum AS
    SELECT (xpath('//t/text()', query_to_xml('SELECT sum(n) AS t FROM public.kept_loud', false, false, '')))[1]::text AS total;
