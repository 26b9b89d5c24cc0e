CREATE FOREIGN DATA WRAPPER dummy OPTIONS (debug 'false', added 'it''s');
