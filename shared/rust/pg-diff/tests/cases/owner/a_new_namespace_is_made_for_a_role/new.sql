CREATE TABLE kept (id int);
CREATE SCHEMA app AUTHORIZATION xtask_case_owner;
CREATE TABLE app.t (id int);
ALTER TABLE app.t OWNER TO xtask_case_owner;
CREATE TYPE app.pair AS (a int);
ALTER TYPE app.pair OWNER TO xtask_case_owner;
