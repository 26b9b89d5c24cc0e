SET lock_timeout = '3s';
ALTER TABLE logs DETACH PARTITION logs_2020;
