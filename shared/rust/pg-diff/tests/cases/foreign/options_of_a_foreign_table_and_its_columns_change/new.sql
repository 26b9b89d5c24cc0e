CREATE FOREIGN DATA WRAPPER dummy;
CREATE SERVER far FOREIGN DATA WRAPPER dummy;
CREATE FOREIGN TABLE remote (id int OPTIONS (column_name 'b'), name text OPTIONS (column_name 'n''m')) SERVER far
    OPTIONS (table_name 'u', fetch_size '10');
