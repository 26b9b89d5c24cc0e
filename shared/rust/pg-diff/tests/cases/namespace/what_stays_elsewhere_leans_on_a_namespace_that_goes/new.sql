CREATE TABLE event (id int PRIMARY KEY, at timestamp DEFAULT (now() AT TIME ZONE 'UTC'), level text);
CREATE VIEW recent AS SELECT id, at FROM event WHERE at > (now() AT TIME ZONE 'UTC') - interval '1 day';
