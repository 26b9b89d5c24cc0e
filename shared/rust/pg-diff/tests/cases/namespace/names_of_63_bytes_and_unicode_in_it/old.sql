CREATE SCHEMA "схема";
CREATE TABLE "схема"."таблица" ("имя" text);
INSERT INTO "схема"."таблица" VALUES ('да');
