-- Values that are spelled by settings, and a database that has others.
CREATE TABLE spelled (at timestamptz, long interval, bytes bytea, part real);
INSERT INTO spelled VALUES ('2026-03-29 02:30+01', '1 day -3 h', '\x00ff5c0a', 1.1);
ALTER DATABASE osint_platform SET TimeZone = 'Asia/Kathmandu';
ALTER DATABASE osint_platform SET bytea_output = 'escape';
ALTER DATABASE osint_platform SET IntervalStyle = 'iso_8601';
ALTER DATABASE osint_platform SET DateStyle = 'German';
ALTER DATABASE osint_platform SET extra_float_digits = 0;
