SET lock_timeout = '3s';
ALTER TABLE users ADD CONSTRAINT uq_users_email UNIQUE (email);
