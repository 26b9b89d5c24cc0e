-- One of every kind that needs no extension and is the same on every major.
CREATE SCHEMA shop;
COMMENT ON SCHEMA shop IS 'Where everything is.';
REVOKE USAGE ON SCHEMA public FROM PUBLIC;

CREATE LANGUAGE words HANDLER plpgsql_call_handler INLINE plpgsql_inline_handler;
CREATE FOREIGN DATA WRAPPER far OPTIONS (debug 'it''s');
CREATE SERVER moon TYPE 'rock' VERSION '1' FOREIGN DATA WRAPPER far OPTIONS (host 'a "b"', "Port" '1');
CREATE USER MAPPING FOR PUBLIC SERVER moon OPTIONS ("user" 'me');
CREATE USER MAPPING FOR CURRENT_USER SERVER moon;

CREATE COLLATION shop.german (lc_collate = 'C', lc_ctype = 'POSIX');
CREATE COLLATION shop.plain (locale = 'C');

CREATE TYPE shop.mood AS ENUM ('sad', 'glad');
ALTER TYPE shop.mood ADD VALUE 'it''s' BEFORE 'glad';
CREATE DOMAIN shop.name AS varchar(20) COLLATE "C" DEFAULT 'none' NOT NULL
    CONSTRAINT is_long CHECK (length(VALUE) > 2);
ALTER DOMAIN shop.name ADD CONSTRAINT is_short CHECK (length(VALUE) < 9) NOT VALID;
CREATE TYPE shop.point3 AS (x int, y numeric(5, 2), "Z" text COLLATE "C");
ALTER TYPE shop.point3 DROP ATTRIBUTE y;
COMMENT ON COLUMN shop.point3.x IS 'To the right.';
CREATE TYPE shop.nothing AS ();
CREATE FUNCTION shop.distance(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT a - b';
CREATE TYPE shop.floatrange AS RANGE (subtype = float8, subtype_diff = shop.distance);
CREATE TYPE shop.textspan AS RANGE (subtype = text, collation = "C", subtype_opclass = text_pattern_ops,
    multirange_type_name = shop.textspans);
GRANT USAGE ON TYPE shop.mood TO pg_monitor WITH GRANT OPTION;

CREATE FUNCTION shop.mood_of(int) RETURNS shop.mood LANGUAGE sql IMMUTABLE AS $$ SELECT 'sad'::shop.mood $$;
CREATE CAST (int AS shop.mood) WITH FUNCTION shop.mood_of(int) AS ASSIGNMENT;
CREATE CAST (shop.point3 AS shop.nothing) WITH INOUT;
CREATE FUNCTION shop.like_int(a shop.point3, b shop.point3) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION shop.compare(a shop.point3, b shop.point3) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE FUNCTION shop.bang(a shop.point3) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION shop.like_real(a shop.point3, b int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION shop.compare_real(a shop.point3, b int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 0';
CREATE OPERATOR shop.=== (FUNCTION = shop.like_int, LEFTARG = shop.point3, RIGHTARG = shop.point3,
    COMMUTATOR = OPERATOR(shop.===), RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR shop.!! (FUNCTION = shop.bang, RIGHTARG = shop.point3);
CREATE OPERATOR shop.=== (FUNCTION = shop.like_real, LEFTARG = shop.point3, RIGHTARG = int);
CREATE OPERATOR FAMILY shop.points USING btree;
CREATE OPERATOR CLASS shop.point_ops DEFAULT FOR TYPE shop.point3 USING btree FAMILY shop.points AS
    OPERATOR 3 shop.===, FUNCTION 1 shop.compare(shop.point3, shop.point3);
ALTER OPERATOR FAMILY shop.points USING btree ADD
    OPERATOR 3 shop.=== (shop.point3, int),
    FUNCTION 1 (shop.point3, int) shop.compare_real(shop.point3, int);
CREATE OPERATOR CLASS shop.hashed FOR TYPE int USING hash AS STORAGE int;

CREATE TEXT SEARCH PARSER shop.cut (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    HEADLINE = prsd_headline, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE shop.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY shop.simple (TEMPLATE = pg_catalog.simple, STOPWORDS = 'english', ACCEPT = false);
CREATE TEXT SEARCH DICTIONARY shop."Own" (TEMPLATE = shop.template);
CREATE TEXT SEARCH CONFIGURATION shop.search (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION shop.search ADD MAPPING FOR word, asciiword WITH shop.simple, pg_catalog.english_stem;
CREATE TEXT SEARCH CONFIGURATION shop.empty (PARSER = shop.cut);

CREATE SEQUENCE shop.free AS smallint START 5 INCREMENT BY -2 MINVALUE -100 MAXVALUE 7 CACHE 3 CYCLE;
GRANT USAGE ON SEQUENCE shop.free TO PUBLIC;

CREATE PROCEDURE shop.clean(INOUT count int DEFAULT 1) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION shop.rows(a int, b text DEFAULT 'x', VARIADIC c int[] DEFAULT '{}')
    RETURNS TABLE (d int, e text) LANGUAGE sql STABLE STRICT SECURITY DEFINER PARALLEL SAFE COST 7 ROWS 9
    SET search_path = shop, pg_temp AS 'SELECT a, b';
CREATE FUNCTION shop.atomic(a int) RETURNS int RETURN a + (SELECT count(*)::int FROM pg_class);
CREATE FUNCTION shop.nth() RETURNS int LANGUAGE internal WINDOW AS 'window_row_number';
REVOKE EXECUTE ON FUNCTION shop.atomic(int) FROM PUBLIC;

CREATE AGGREGATE shop.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', COMBINEFUNC = int4pl,
    MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int, MSSPACE = 9, MINITCOND = '0', SORTOP = >,
    PARALLEL = SAFE, SSPACE = 8, MFINALFUNC_MODIFY = SHAREABLE);
CREATE FUNCTION shop.count_one(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT $1 + 1';
CREATE AGGREGATE shop.many(*) (SFUNC = shop.count_one, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE shop.middle(fraction float8 ORDER BY "any") (SFUNC = ordered_set_transition, STYPE = internal,
    FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = READ_ONLY);
CREATE AGGREGATE shop.place(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi,
    STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
COMMENT ON AGGREGATE shop.many(*) IS 'Counts.';

CREATE TABLE shop.person (
    id bigint GENERATED ALWAYS AS IDENTITY (START 100) PRIMARY KEY,
    number serial,
    name shop.name,
    "Full Name" text COLLATE "C" NOT NULL DEFAULT 'a''b' CONSTRAINT filled CHECK ("Full Name" <> ''),
    twice int GENERATED ALWAYS AS (number * 2) STORED,
    boss bigint REFERENCES shop.person ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    mood shop.mood[] DEFAULT '{sad}',
    gone int,
    during int4range,
    CONSTRAINT one_number UNIQUE (number, name) INCLUDE (boss) WITH (fillfactor = 70) DEFERRABLE,
    CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WITH (fillfactor = 60) WHERE (number > 0)
) WITH (fillfactor = 80, autovacuum_enabled = off, toast.autovacuum_enabled = off);
ALTER TABLE shop.person DROP COLUMN gone;
ALTER TABLE shop.person ADD CONSTRAINT positive CHECK (number > 0) NO INHERIT NOT VALID;
ALTER TABLE shop.person ALTER COLUMN "Full Name" SET STORAGE EXTERNAL,
    ALTER COLUMN "Full Name" SET COMPRESSION pglz,
    ALTER COLUMN number SET STATISTICS 500,
    ALTER COLUMN number SET (n_distinct = 5),
    REPLICA IDENTITY USING INDEX person_pkey,
    CLUSTER ON person_pkey,
    ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON COLUMN shop.person.name IS 'As spoken.';
COMMENT ON CONSTRAINT filled ON shop.person IS 'Not empty.';
GRANT SELECT (name), UPDATE (name) ON shop.person TO pg_monitor;
GRANT SELECT ON shop.person TO PUBLIC;
CREATE UNIQUE INDEX "Full" ON shop.person USING btree (lower("Full Name") DESC NULLS LAST, mood) INCLUDE (id)
    WITH (fillfactor = 50) WHERE number > 3;
ALTER INDEX shop."Full" ALTER COLUMN 1 SET STATISTICS 300;
COMMENT ON INDEX shop."Full" IS 'For searches.';

CREATE TABLE shop.parent (a int NOT NULL, b text DEFAULT 'b', CONSTRAINT has_a CHECK (a > 0));
CREATE TABLE shop.aunt (c int);
CREATE UNLOGGED TABLE shop.child (b text DEFAULT 'other', d int) INHERITS (shop.parent, shop.aunt);
CREATE TABLE shop.typed OF shop.point3 (x NOT NULL);

CREATE TABLE shop.event (at timestamptz NOT NULL, kind text NOT NULL, note text, PRIMARY KEY (at, kind))
    PARTITION BY RANGE (at);
CREATE TABLE shop.event_2026 PARTITION OF shop.event FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
    PARTITION BY LIST (kind);
CREATE TABLE shop.event_2026_a PARTITION OF shop.event_2026 FOR VALUES IN ('a', 'it''s');
CREATE TABLE shop.event_rest PARTITION OF shop.event DEFAULT;
CREATE INDEX event_note ON shop.event (note);
CREATE TABLE shop.eventful (at timestamptz, kind text, FOREIGN KEY (at, kind) REFERENCES shop.event);

CREATE FOREIGN TABLE shop.rock (id int OPTIONS (place 'a''b') NOT NULL, weight int DEFAULT 1) SERVER moon
    OPTIONS (crater 'x');
GRANT SELECT ON shop.rock TO PUBLIC;

CREATE VIEW shop.people WITH (security_barrier = true) AS SELECT id, name FROM shop.person WITH CASCADED CHECK OPTION;
ALTER VIEW shop.people ALTER COLUMN name SET DEFAULT 'nobody';
COMMENT ON COLUMN shop.people.id IS 'Of the person.';
CREATE VIEW shop.everything AS SELECT p, (p).id, e.* FROM shop.people p CROSS JOIN shop.event e;
CREATE MATERIALIZED VIEW shop.counted WITH (fillfactor = 90) AS SELECT count(*) AS how_many FROM shop.people WITH NO DATA;
CREATE UNIQUE INDEX counted_key ON shop.counted (how_many);
ALTER MATERIALIZED VIEW shop.counted CLUSTER ON counted_key;

CREATE RULE quiet AS ON DELETE TO shop.aunt WHERE old.c > 0 DO INSTEAD NOTHING;
ALTER TABLE shop.aunt DISABLE RULE quiet;
CREATE FUNCTION shop.fired() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER on_event AFTER INSERT ON shop.event FOR EACH ROW EXECUTE FUNCTION shop.fired('x');
CREATE CONSTRAINT TRIGGER later AFTER UPDATE OF number ON shop.person DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (new.number > 3) EXECUTE FUNCTION shop.fired();
CREATE TRIGGER changed AFTER UPDATE ON shop.person REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION shop.fired();
ALTER TABLE shop.person ENABLE ALWAYS TRIGGER changed, DISABLE TRIGGER later;
COMMENT ON TRIGGER changed ON shop.person IS 'Tells.';
CREATE POLICY own ON shop.person AS RESTRICTIVE FOR UPDATE TO pg_monitor, pg_signal_backend
    USING (number > 1) WITH CHECK (number > 2);
CREATE POLICY everybody ON shop.person USING (true);
CREATE STATISTICS shop.pair (dependencies, mcv) ON number, twice FROM shop.person;
CREATE STATISTICS shop.of_text ON (lower("Full Name")) FROM shop.person;
ALTER STATISTICS shop.pair SET STATISTICS 90;

CREATE PUBLICATION a_few FOR TABLE shop.person, ONLY shop.parent WITH (publish = 'insert, delete');
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish_via_partition_root = true);
CREATE FUNCTION shop.watched() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'CREATE TABLE')
    EXECUTE FUNCTION shop.watched();
ALTER EVENT TRIGGER watch DISABLE;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO pg_monitor;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- What is not modelled.
CREATE CONVERSION shop.own FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TYPE shop.shell;
CREATE OPERATOR shop.<<< (FUNCTION = int4lt, LEFTARG = int, RIGHTARG = int, COMMUTATOR = OPERATOR(shop.>>>));
COMMENT ON INDEX shop.person_pkey IS 'Of the key.';
REVOKE EXECUTE ON FUNCTION plpgsql_call_handler() FROM PUBLIC;
