CREATE EXTENSION file_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER file_fdw;
CREATE TABLE p (id bigint, a text);
CREATE FOREIGN TABLE remote (n int, twice int GENERATED ALWAYS AS (n * 2) STORED) INHERITS (p) SERVER far OPTIONS (filename '/dev/null', format 'csv');
