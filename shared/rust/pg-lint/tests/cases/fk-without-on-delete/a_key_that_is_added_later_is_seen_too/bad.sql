CREATE TABLE IF NOT EXISTS p (id bigint CONSTRAINT pk_p PRIMARY KEY);
CREATE TABLE IF NOT EXISTS c (id bigint CONSTRAINT pk_c PRIMARY KEY, "P Id" bigint);
CREATE INDEX IF NOT EXISTS idx_c_p ON c ("P Id");
-- lint: ignore create-without-guard,alter-belongs-in-create the example wants it
ALTER TABLE c ADD CONSTRAINT fk_c_p FOREIGN KEY ("P Id") REFERENCES public.p;
