-- A plan of xtask 0.1.0, format 1: 6 steps in 5 groups.
-- Run it outside of any transaction: psql -X -d DATABASE -f THIS_FILE
-- Nothing here looks whether the schema is still the one it was made for:
-- `cargo xtask db-migrate --plan` does, and goes on where a run stopped.
-- from    live (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)
-- to      init (bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb)
-- server  PostgreSQL 15

-- psql stops at the first error. What was committed before stays.
\set ON_ERROR_STOP on
\set AUTOCOMMIT on

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET search_path = '';
SET check_function_bodies = off;
SET row_security = off;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET IntervalStyle = 'postgres';
SET extra_float_digits = 1;
SET client_min_messages = warning;
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;

DO $xtask$
BEGIN
    IF pg_catalog.current_setting('server_version_num')::integer / 10000 <> 15 THEN
        RAISE EXCEPTION 'this plan was made for PostgreSQL 15';
    END IF;
    IF NOT pg_catalog.pg_try_advisory_lock(33904959102320642) THEN
        RAISE EXCEPTION 'another run changes this schema';
    END IF;
END
$xtask$;

-- group 1 of 5: one transaction
BEGIN;
SET LOCAL lock_timeout = '3s';
-- step 1 of 6: create column public.t.body
-- long-lock: nobody DROP TABLE public.t;
ALTER TABLE public.t ADD COLUMN body text;
-- step 2 of 6: create view public.v DROP TABLE public.t; --
CREATE VIEW public.v AS SELECT a[1: "PORT"], ':x' FROM public.t -- end
;
COMMIT;

-- group 2 of 5: outside of any transaction
SET lock_timeout = '3s';
-- step 3 of 6: backfill column public.t.body (in batches)
DO $xtask1$
DECLARE
    xtask_last_0 public.t.id%TYPE;
    xtask_last_1 public.t."Part ""2"""%TYPE;
    xtask_next_0 public.t.id%TYPE;
    xtask_next_1 public.t."Part ""2"""%TYPE;
BEGIN
    SELECT id, "Part ""2""" INTO xtask_next_0, xtask_next_1
      FROM (SELECT id, "Part ""2""" FROM public.t ORDER BY id, "Part ""2""" LIMIT 500) AS xtask_batch
     ORDER BY id DESC, "Part ""2""" DESC LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    UPDATE public.t SET body = lower('$xtask$; -- ' || title) WHERE (body IS NULL) AND (id, "Part ""2""") <= (xtask_next_0, xtask_next_1);
    COMMIT;
    LOOP
        xtask_last_0 := xtask_next_0;
        xtask_last_1 := xtask_next_1;
        SELECT id, "Part ""2""" INTO xtask_next_0, xtask_next_1
          FROM (SELECT id, "Part ""2""" FROM public.t WHERE (id, "Part ""2""") > (xtask_last_0, xtask_last_1)
                 ORDER BY id, "Part ""2""" LIMIT 500) AS xtask_batch
         ORDER BY id DESC, "Part ""2""" DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        UPDATE public.t SET body = lower('$xtask$; -- ' || title)
         WHERE (body IS NULL) AND (id, "Part ""2""") > (xtask_last_0, xtask_last_1) AND (id, "Part ""2""") <= (xtask_next_0, xtask_next_1);
        COMMIT;
    END LOOP;
END
$xtask1$;

-- group 3 of 5: outside of any transaction
SET lock_timeout = '3s';
-- step 4 of 6: backfill column public.t.body (in batches)
DO $xtask1$
DECLARE
    xtask_leaf record;
    xtask_page bigint;
BEGIN
    FOR xtask_leaf IN
        WITH RECURSIVE tree AS (
             SELECT pg_catalog.to_regclass('public.t')::oid AS relid
             UNION
             SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.relid)
        SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
               pg_catalog.pg_relation_size(c.oid)
                   / pg_catalog.current_setting('block_size')::bigint AS pages
          FROM tree
          JOIN pg_catalog.pg_class c ON c.oid = tree.relid AND c.relkind = 'r'
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         ORDER BY 1
    LOOP
        xtask_page := 0;
        WHILE xtask_page < xtask_leaf.pages LOOP
            EXECUTE 'UPDATE ONLY ' || xtask_leaf.name || ' AS t SET body = lower(''$xtask$; -- '' || title) WHERE (body IS NULL) AND t.ctid >= $1 AND t.ctid < $2'
              USING pg_catalog.format('(%s,0)', xtask_page)::tid,
                    pg_catalog.format('(%s,0)', xtask_page + 10)::tid;
            COMMIT;
            xtask_page := xtask_page + 10;
        END LOOP;
    END LOOP;
END
$xtask1$;

-- group 4 of 5: outside of any transaction
SET lock_timeout = 0;
-- step 5 of 6: create index public.i (outside)
CREATE INDEX CONCURRENTLY i ON public.t (body);

-- group 5 of 5: one transaction
BEGIN;
SET LOCAL lock_timeout = '3s';
-- step 6 of 6: validate constraint public.t.c (alone)
ALTER TABLE public.t VALIDATE CONSTRAINT c;
COMMIT;

SELECT pg_catalog.pg_advisory_unlock(33904959102320642);
