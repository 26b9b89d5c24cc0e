CREATE FOREIGN DATA WRAPPER dummy OPTIONS (debug 'true', gone '1');
