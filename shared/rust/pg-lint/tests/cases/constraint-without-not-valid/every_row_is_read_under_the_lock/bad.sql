SET lock_timeout = '3s';
ALTER TABLE messages ADD CONSTRAINT ck_messages_views CHECK (views >= 0);
ALTER TABLE messages ADD CONSTRAINT fk_messages_user FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
