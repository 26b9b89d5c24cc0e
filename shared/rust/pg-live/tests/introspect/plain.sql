-- Indexes and keys in every way there is to say them: each operator class on
-- its type, each action of a reference. What a major cannot is left out.
CREATE SCHEMA "Order";
CREATE SCHEMA other;
CREATE TYPE other.mood AS ENUM ('sad');
CREATE DOMAIN other.word AS text COLLATE "C";
CREATE DOMAIN other.number AS int;

CREATE FUNCTION pg_temp.try(sql text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE sql;
EXCEPTION WHEN others THEN
    NULL;
END $$;

DO $$
DECLARE
    type text;
    method text;
    class record;
    number int := 0;
    name text;
    tail text;
BEGIN
    FOR type IN
        SELECT DISTINCT format_type(o.opcintype, NULL)
          FROM pg_catalog.pg_opclass o
          JOIN pg_catalog.pg_type t ON t.oid = o.opcintype AND t.typtype <> 'p'
         UNION ALL
        SELECT unnest(ARRAY['varchar', 'varchar(9)', 'character(5)', 'int[]', 'text[]', 'other.mood', 'other.word',
                            'other.number', 'other.mood[]', 'text COLLATE "C"', 'text COLLATE "POSIX"', 'jsonb'])
    LOOP
        number := number + 1;
        name := format('%I.%I', CASE WHEN number % 2 = 0 THEN 'Order' ELSE 'other' END, 't ' || number);
        PERFORM pg_temp.try(format('CREATE TABLE %s ("user" %s, plain int)', name, type));
        FOREACH method IN ARRAY ARRAY['btree', 'hash', 'gist', 'gin', 'spgist', 'brin'] LOOP
            FOREACH tail IN ARRAY ARRAY['("user")', '("user" DESC)', '("user" NULLS FIRST)', '("user" COLLATE "C")',
                                        '("user" COLLATE "default")', '("user", plain)', '("user") INCLUDE (plain)',
                                        '("user") WHERE plain > 1', '("user") WITH (fillfactor = 60)', '(("user"))',
                                        '("user") NULLS NOT DISTINCT'] LOOP
                PERFORM pg_temp.try(format('CREATE INDEX ON %s USING %s %s', name, method, tail));
                PERFORM pg_temp.try(format('CREATE UNIQUE INDEX ON %s USING %s %s', name, method, tail));
            END LOOP;
        END LOOP;
        FOR class IN SELECT o.opcname, m.amname FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am m ON m.oid = o.opcmethod LOOP
            PERFORM pg_temp.try(format('CREATE INDEX ON %s USING %I ("user" %I)', name, class.amname, class.opcname));
        END LOOP;
    END LOOP;
    PERFORM pg_temp.try('CREATE INDEX ON "Order"."t 2" USING gist (("user"::tsvector) tsvector_ops (siglen = 9))');
    CREATE TABLE other.searched (v tsvector);
    CREATE INDEX ON other.searched USING gist (v tsvector_ops (siglen = 9));
    CREATE INDEX ON other.searched USING gist (v);
END $$;

CREATE TABLE "Order"."Group" ("from" int PRIMARY KEY, b int UNIQUE, "c d" int, UNIQUE (b) INCLUDE ("c d"), UNIQUE ("c d", b),
    UNIQUE ("from") DEFERRABLE, UNIQUE ("c d") DEFERRABLE INITIALLY DEFERRED, UNIQUE (b) WITH (fillfactor = 70));
CREATE TABLE other.lone (id int UNIQUE, whole int PRIMARY KEY);
SELECT pg_temp.try('ALTER TABLE other.lone ADD UNIQUE NULLS NOT DISTINCT (id)');

DO $$
DECLARE
    deleted text;
    updated text;
    tail text;
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['"Order"."Group"', '"Order"."Group" (b)', 'other.lone', 'other.lone (id)'] LOOP
        FOREACH deleted IN ARRAY ARRAY['NO ACTION', 'RESTRICT', 'CASCADE', 'SET NULL', 'SET DEFAULT', 'SET NULL ("c d")'] LOOP
            FOREACH updated IN ARRAY ARRAY['NO ACTION', 'RESTRICT', 'CASCADE', 'SET NULL', 'SET DEFAULT'] LOOP
                FOREACH tail IN ARRAY ARRAY['', 'DEFERRABLE', 'DEFERRABLE INITIALLY DEFERRED', 'NOT VALID', 'NOT ENFORCED'] LOOP
                    PERFORM pg_temp.try(format('ALTER TABLE "Order"."Group" ADD FOREIGN KEY ("c d") REFERENCES %s ON DELETE %s ON UPDATE %s %s',
                                               target, deleted, updated, tail));
                END LOOP;
            END LOOP;
        END LOOP;
        PERFORM pg_temp.try(format('ALTER TABLE "Order"."Group" ADD FOREIGN KEY ("c d") REFERENCES %s MATCH FULL', target));
    END LOOP;
END $$;
ALTER TABLE "Order"."Group" ADD FOREIGN KEY ("c d", b) REFERENCES "Order"."Group" ("c d", b);

CREATE TABLE other.whole (id int PRIMARY KEY, "Up" int REFERENCES other.whole) PARTITION BY RANGE (id);
CREATE TABLE other.half PARTITION OF other.whole FOR VALUES FROM (0) TO (9);
CREATE INDEX ON other.whole ("Up");
CREATE INDEX ON ONLY other.whole (id);
