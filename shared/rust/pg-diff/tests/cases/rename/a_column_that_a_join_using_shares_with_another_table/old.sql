CREATE TABLE a (id int PRIMARY KEY, x text);
CREATE TABLE b (id int PRIMARY KEY, y text);
CREATE VIEW v AS SELECT id, x, y FROM a JOIN b USING (id);
INSERT INTO a VALUES (1, 'x');
