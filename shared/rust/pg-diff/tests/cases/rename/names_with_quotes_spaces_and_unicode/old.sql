CREATE TABLE "Old ""T""" ("c 1" int, "C 2" int);
CREATE INDEX "i 1" ON "Old ""T""" ("c 1");
INSERT INTO "Old ""T""" VALUES (1, 2);
