SET lock_timeout = '3s';
TRUNCATE messages CASCADE;
