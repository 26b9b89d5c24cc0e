CREATE TABLE kept (id int);
CREATE SCHEMA "My ""own"".schema";
CREATE TABLE "My ""own"".schema"."a.b" ("c.d" int PRIMARY KEY);
CREATE VIEW "My ""own"".schema"."select" AS SELECT "c.d" AS "from" FROM "My ""own"".schema"."a.b";
