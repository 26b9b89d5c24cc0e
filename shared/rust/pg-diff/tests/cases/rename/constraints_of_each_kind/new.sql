CREATE TABLE p (id int CONSTRAINT p1 PRIMARY KEY);
CREATE TABLE t (
    a int,
    r int4range,
    -- @renamed from=k1
    CONSTRAINT k2 PRIMARY KEY (a),
    -- @renamed from=u1
    CONSTRAINT u2 UNIQUE (r, a),
    -- @renamed from=c1
    CONSTRAINT c2 CHECK (a > 0),
    -- @renamed from=f1
    CONSTRAINT f2 FOREIGN KEY (a) REFERENCES p,
    -- @renamed from=x1
    CONSTRAINT x2 EXCLUDE USING gist (r WITH &&)
);
