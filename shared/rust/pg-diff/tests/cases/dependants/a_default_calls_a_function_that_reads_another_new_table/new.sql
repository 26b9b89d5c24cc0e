CREATE TABLE counter (n int);
CREATE FUNCTION next_one() RETURNS int LANGUAGE sql BEGIN ATOMIC UPDATE counter SET n = n + 1 RETURNING n; END;
CREATE TABLE kept (id int DEFAULT next_one());
