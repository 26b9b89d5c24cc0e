CREATE FOREIGN DATA WRAPPER dummy;
CREATE SERVER far FOREIGN DATA WRAPPER dummy;
CREATE FOREIGN TABLE remote (id int, gone text, name varchar(10), n int DEFAULT 1) SERVER far;
CREATE VIEW seen AS SELECT id, name FROM remote;
