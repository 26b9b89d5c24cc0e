CREATE TABLE t (
    -- @using r::text::int8range
    r int8range,
    -- @using during::text::tstzrange
    during tstzrange,
    CONSTRAINT x EXCLUDE USING gist (during WITH &&));
