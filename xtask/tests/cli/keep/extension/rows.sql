INSERT INTO kept_setting (name, value) VALUES ('mine', E'a\tb'), ('odd', NULL);
UPDATE kept_seeded SET note = 'mine', setting = 'mine' WHERE id = 2;
DELETE FROM kept_seeded WHERE id = 3;
INSERT INTO kept_seeded (setting) VALUES ('odd');
SELECT setval('kept_drawn', 41);
SELECT lo_from_bytea(4000000001, 'large');
ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO PUBLIC;
