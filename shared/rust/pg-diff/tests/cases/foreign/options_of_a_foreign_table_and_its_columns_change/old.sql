CREATE FOREIGN DATA WRAPPER dummy;
CREATE SERVER far FOREIGN DATA WRAPPER dummy;
CREATE FOREIGN TABLE remote (id int OPTIONS (column_name 'a', gone '1'), name text) SERVER far
    OPTIONS (schema_name 's', table_name 't');
