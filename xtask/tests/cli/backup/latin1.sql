-- Names and values that LATIN1 writes otherwise, and tables that COPY gives
-- little of.
CREATE TABLE "Übersicht" ("größe" text);
INSERT INTO "Übersicht" VALUES ('klein'), ('groß');
CREATE TABLE leer ();
INSERT INTO leer DEFAULT VALUES;
CREATE TABLE twice (of int, half int GENERATED ALWAYS AS (of / 2) STORED);
INSERT INTO twice VALUES (8);
