CREATE TABLE t (
    -- @renamed from=id
    key int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME t_id_seq) CONSTRAINT t_pkey PRIMARY KEY,
    -- @renamed from=no
    number int DEFAULT 0 NOT NULL
);
