CREATE TABLE t (
    a int, -- @@
    -- @@
    b numeric(10, 2) DEFAULT (ARRAY[1, 2])[1],
    "C" text /* @@ */ NOT NULL,
    d text CHECK (
        d > '' -- @@
    ),
    e int CONSTRAINT x REFERENCES y (z), -- remark
    -- remark
    -- @@
    CONSTRAINT f CHECK (a > 0),
    exclude int, /* @@ */
    /* @@ */ g int, /* @@ */ h int /* @@ */, i int,
    EXCLUDE USING gist (a WITH =),
    j int -- @@
);
