SET lock_timeout = '3s';
ALTER TABLE messages ADD COLUMN uid uuid DEFAULT gen_random_uuid();
ALTER TABLE messages ADD COLUMN n bigserial;
