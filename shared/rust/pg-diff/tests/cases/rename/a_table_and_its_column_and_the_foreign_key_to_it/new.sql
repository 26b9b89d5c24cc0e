-- @renamed from=a
CREATE TABLE "A new" (
    -- @renamed from=id
    "The Id" int CONSTRAINT a_pkey PRIMARY KEY
);
CREATE TABLE b (
    id int PRIMARY KEY,
    -- @renamed from=a_id
    new_id int CONSTRAINT b_a REFERENCES "A new" ON DELETE CASCADE
);
