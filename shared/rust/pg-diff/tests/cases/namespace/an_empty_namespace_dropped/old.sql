CREATE SCHEMA app;
CREATE SCHEMA empty_one;
CREATE TABLE app.kept (id int);
