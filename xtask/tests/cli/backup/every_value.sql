CREATE SCHEMA "it's ""odd""""";
CREATE TYPE mood AS ENUM ('so "so"', 'а, б', E'tab\there');
CREATE TYPE pair AS (a integer, b text);
CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);
CREATE TABLE "it's ""odd"""""."line
break" (v text, "a column
too" integer DEFAULT 1);
INSERT INTO "it's ""odd"""""."line
break" VALUES (E'\\.\n\t\\N' || chr(1));
CREATE TABLE every_value (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    a boolean, b "char", c character(5), d character varying(9), e text, f bytea,
    g smallint, h integer, i bigint, j real, k double precision, l numeric, m money,
    n date, o time, p timetz, q timestamp, r timestamptz, s interval,
    t inet, u cidr, v macaddr, w macaddr8, x bit(3), y bit varying(9), z uuid,
    aa json, ab jsonb, ac xml, ad tsvector, ae tsquery,
    af point, ag line, ah lseg, ai box, aj path, ak polygon, al circle,
    am int4range, an nummultirange, ao tstzrange,
    ap integer[], aq text[][], ar mood, as_ mood[], at pair, au pair[], av short,
    aw oid, ax regclass, ay pg_lsn, az xid, ba jsonpath, bb name,
    bc integer GENERATED ALWAYS AS (length(e)) STORED
);
INSERT INTO every_value (a) VALUES (NULL);
INSERT INTO every_value VALUES (DEFAULT,
    true, 'x', 'ab', 'вісім', E'line\nbreak\ttab \\N \\. ''"', '\x00ff5c',
    -32768, -2147483648, -9223372036854775808, 'NaN', '-Infinity', 'NaN', '-$1,234.56',
    '-infinity', '24:00:00', '23:59:59.999999+14', 'infinity', 'infinity', '-178000000 years 3 mons -4 days 05:06:07.000001',
    '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', B'101', B'', '00000000-0000-0000-0000-000000000000',
    '{"b": 1, "a":  2, "b": 3}', '{"я": [null, 1e400]}', '<a>&amp;</a>', 'a:1A fat:2B,4C', 'a & !b <2> c',
    '(NaN,1)', '{1,2,3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0,0),1e-300>',
    'empty', '{[1,2),[3,)}', '(,infinity)',
    '[0:1]={1,NULL}', '{{"a,b",NULL},{"\"","NULL"}}', 'а, б', ARRAY['so "so"', E'tab\there']::mood[], '(1,"x,y")', ARRAY['(,)'::pair, NULL], 'short',
    4294967295, 'every_value', '16/B374D848', '4294967295', '$.a[*] ? (@ > 1)', 'a name', DEFAULT);
INSERT INTO every_value (j, k, l, n, q, r, i) VALUES
    ('1e-45', '4.9e-324', 'Infinity', '4713-01-01 BC', '4713-01-01 BC', '294276-12-31 23:59:59.999999', 9223372036854775807),
    ('-0', '0.1', '1e-1000', '5874897-12-31', '2000-02-29', '-infinity', 0);
INSERT INTO every_value (ab) SELECT jsonb_build_object('huge', repeat('нічого ', 3000000));
SELECT lo_from_bytea(4242, decode(repeat('00ff', 100000), 'hex'));
COMMENT ON TABLE every_value IS E'a comment\nof two lines; DROP TABLE every_value; --';
CREATE UNLOGGED TABLE unlogged (i integer);
INSERT INTO unlogged SELECT generate_series(1, 100);
CREATE TABLE wide (LIKE every_value INCLUDING ALL);
CREATE TABLE no_columns ();
INSERT INTO no_columns DEFAULT VALUES;
