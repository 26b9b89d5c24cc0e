-- Large objects as they can be: with a number beyond 2^31, with a hole, without
-- a byte, of other owners, with rights that others granted, with words.
CREATE ROLE kept_owner;
CREATE ROLE kept_reader;
CREATE ROLE "kept ""odd""";
SELECT lo_from_bytea(4000000001, decode(repeat('00ff5c0a27', 300000), 'hex'));
SELECT lo_create(16999), lo_put(16999, 3000000000, 'behind a hole');
SELECT lo_create(17001), lo_create(17002), lo_from_bytea(17003, 'mine'), lo_from_bytea(17004, 'ours');
SELECT lo_from_bytea(18000 + it, sha256(it::text::bytea)) FROM generate_series(1, 1000) AS it;
ALTER LARGE OBJECT 17001 OWNER TO kept_owner;
ALTER LARGE OBJECT 17002 OWNER TO "kept ""odd""";
ALTER LARGE OBJECT 17004 OWNER TO kept_owner;
GRANT SELECT ON LARGE OBJECT 17001 TO PUBLIC;
REVOKE ALL ON LARGE OBJECT 17002 FROM "kept ""odd""";
GRANT SELECT, UPDATE ON LARGE OBJECT 17004 TO kept_reader WITH GRANT OPTION;
SET ROLE kept_reader;
GRANT UPDATE ON LARGE OBJECT 17004 TO "kept ""odd""";
RESET ROLE;
COMMENT ON LARGE OBJECT 17001 IS E'it''s \\ odd;\n-- no comment';
