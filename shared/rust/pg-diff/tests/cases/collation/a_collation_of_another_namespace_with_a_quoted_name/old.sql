CREATE SCHEMA lib;
CREATE COLLATION lib."My C" FROM "C";
CREATE TABLE t (id int, name text COLLATE lib."My C");
