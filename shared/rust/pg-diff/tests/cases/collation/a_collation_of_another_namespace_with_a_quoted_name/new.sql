CREATE SCHEMA lib;
CREATE COLLATION lib."My C" FROM "C";
COMMENT ON COLLATION lib."My C" IS 'bytes';
CREATE COLLATION lib."my c" FROM "POSIX";
CREATE TABLE t (id int, name text COLLATE lib."my c");
