SET lock_timeout = '3s';
ALTER TABLE messages ADD CONSTRAINT ck_messages_views CHECK (views >= 0) NOT VALID;
ALTER TABLE messages VALIDATE CONSTRAINT ck_messages_views;
-- long-lock: nobody reads public.small while it is read
ALTER TABLE public.small ADD CONSTRAINT ck_small CHECK (a > 0);
CREATE TABLE fresh (id bigint CONSTRAINT pk_fresh PRIMARY KEY);
ALTER TABLE fresh ADD CONSTRAINT ck_fresh CHECK (id > 0);
