-- @renamed from="Old ""T"""
CREATE TABLE "Новая таблица" (
    -- @renamed from="c 1"
    "select" int,
    -- @renamed from="C 2"
    "c 1" int
);
-- @renamed from="i 1"
CREATE INDEX "i;1--" ON "Новая таблица" ("select");
