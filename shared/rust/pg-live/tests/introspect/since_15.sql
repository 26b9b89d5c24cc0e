CREATE TABLE one (a int, b int, UNIQUE NULLS NOT DISTINCT (a, b));
CREATE TABLE two (a int, b int, FOREIGN KEY (a, b) REFERENCES one (a, b) ON DELETE SET NULL (b));
CREATE VIEW seen WITH (security_invoker = true) AS SELECT a FROM one;
CREATE PUBLICATION rows FOR TABLE one (b, a) WHERE (a > 3);
CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA public;
