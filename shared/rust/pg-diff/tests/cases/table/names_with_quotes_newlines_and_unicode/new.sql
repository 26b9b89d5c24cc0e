CREATE TABLE "a ""b"" c" ("x
y" bigint DEFAULT 3 NOT NULL CONSTRAINT "c'k
" CHECK ("x
y" > 0), "Ünï.çødé" text, "%s $1 {} \n" text, "--" int, "/*" int);
CREATE INDEX "i ""i"" --" ON "a ""b"" c" ("--", ("/*" + 1));
COMMENT ON COLUMN "a ""b"" c"."x
y" IS 'a '' b';
