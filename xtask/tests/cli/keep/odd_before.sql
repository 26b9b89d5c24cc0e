CREATE SCHEMA "it's ""odd""
schema";
CREATE TYPE "it's ""odd""
schema"."mood
""of""" AS ENUM ('it''s', 'a
b', 'c"d');
CREATE TABLE "it's ""odd""
schema"."table
""of"" it's" (
    -- one more
    "id ""of""
it's" integer PRIMARY KEY,
    "mood" "it's ""odd""
schema"."mood
""of""" NOT NULL DEFAULT 'it''s',
    "word's" text,
    CONSTRAINT "check
""of"" it's" CHECK ("word's" <> 'no
""one')
);
CREATE INDEX "index
""of"" it's" ON "it's ""odd""
schema"."table
""of"" it's" ("word's");
COMMENT ON TABLE "it's ""odd""
schema"."table
""of"" it's" IS 'it''s a
"comment"';
CREATE VIEW "it's ""odd""
schema"."view
""of"" it's" AS SELECT "id ""of""
it's", "word's" FROM "it's ""odd""
schema"."table
""of"" it's";
-- rows
INSERT INTO "it's ""odd""
schema"."table
""of"" it's" ("id ""of""
it's", "mood", "word's")
VALUES (1, 'a
b', chr(233)), (2, 'c"d', 'it''s "odd"
text'), (3, DEFAULT, E'\\N');
