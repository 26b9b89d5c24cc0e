DELETE FROM "Kept ""odd""" WHERE id = 99;
DELETE FROM kept_parts WHERE at = 50 AND id > 199;
DELETE FROM kept_base WHERE id = 99;
DELETE FROM kept_numbered WHERE n = 99;
