CREATE TABLE kept (id int);
INSERT INTO kept VALUES (1);
