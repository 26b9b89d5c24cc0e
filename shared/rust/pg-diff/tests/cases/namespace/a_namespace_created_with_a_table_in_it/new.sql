CREATE SCHEMA app;
CREATE TABLE kept (id int PRIMARY KEY);
CREATE TABLE app.note (id int PRIMARY KEY, kept_id int REFERENCES kept);
