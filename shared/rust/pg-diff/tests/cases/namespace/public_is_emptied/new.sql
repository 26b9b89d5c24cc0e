CREATE SCHEMA app;
CREATE TABLE app.one (id int);
