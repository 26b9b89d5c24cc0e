CREATE TABLE "a ""b"" c" ("x
y" int);
INSERT INTO "a ""b"" c" VALUES (1);
