CREATE TABLE "My T" (
    "Id" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- @backfill "Id" * 2
    "A b" int NOT NULL,
    -- @backfill '-- not a comment; $1' || "Id"
    "order" text NOT NULL
);
