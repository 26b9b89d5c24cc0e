CREATE SCHEMA "user";
CREATE TABLE "user"."table" ("column" int);
INSERT INTO "user"."table" VALUES (1);
