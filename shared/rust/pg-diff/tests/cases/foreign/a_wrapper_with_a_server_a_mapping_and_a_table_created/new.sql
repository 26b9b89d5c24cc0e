CREATE FOREIGN DATA WRAPPER dummy OPTIONS (debug 'true');
CREATE SERVER far FOREIGN DATA WRAPPER dummy OPTIONS (host 'h', port '1');
CREATE USER MAPPING FOR xtask_case_reader SERVER far OPTIONS (login 'l');
CREATE FOREIGN TABLE remote (id int NOT NULL, name text) SERVER far OPTIONS (tab 'remote');
CREATE TABLE kept (id int);
