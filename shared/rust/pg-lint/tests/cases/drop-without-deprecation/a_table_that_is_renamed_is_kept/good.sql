CREATE TABLE IF NOT EXISTS u ( -- @renamed from=t
    id bigint CONSTRAINT pk_u PRIMARY KEY
);
