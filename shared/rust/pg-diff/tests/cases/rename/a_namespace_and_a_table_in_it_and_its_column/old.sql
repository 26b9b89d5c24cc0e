CREATE SCHEMA app;
CREATE TABLE app.t (id int PRIMARY KEY, a text);
CREATE INDEX t_a ON app.t (a);
INSERT INTO app.t VALUES (1, 'x');
