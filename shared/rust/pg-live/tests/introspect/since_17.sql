CREATE TABLE whole (
    id int4range,
    during int4range,
    number int GENERATED ALWAYS AS IDENTITY,
    EXCLUDE USING gist (id WITH =, during WITH &&)
) PARTITION BY RANGE (id);
CREATE TABLE half PARTITION OF whole DEFAULT PARTITION BY RANGE (id);
CREATE TABLE quarter PARTITION OF half DEFAULT;
