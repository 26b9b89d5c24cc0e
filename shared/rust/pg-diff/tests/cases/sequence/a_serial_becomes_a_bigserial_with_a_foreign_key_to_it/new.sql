CREATE TABLE a (id bigserial PRIMARY KEY);
CREATE TABLE b (id bigserial PRIMARY KEY, a_id bigint NOT NULL REFERENCES a);
