CREATE SCHEMA "user";
CREATE TABLE "user"."table" ("column" int, "default" int DEFAULT 3, "check" text CHECK ("check" <> ''));
CREATE INDEX "index" ON "user"."table" ("column");
CREATE SCHEMA "order";
CREATE TABLE "order"."group" (id int);
