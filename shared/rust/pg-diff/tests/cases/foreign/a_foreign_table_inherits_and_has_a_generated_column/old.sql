CREATE EXTENSION file_fdw;
CREATE SERVER far FOREIGN DATA WRAPPER file_fdw;
CREATE TABLE p (id int);
CREATE FOREIGN TABLE remote (n int) INHERITS (p) SERVER far OPTIONS (filename '/dev/null', format 'csv');
