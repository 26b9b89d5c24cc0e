CREATE TYPE "My State" AS ENUM (
    'a23456789_123456789_123456789_123456789_123456789_123456789_123', 'a"b', 'c\d', E'e\nf', 'ж''');
CREATE TABLE t (id int, state "My State" DEFAULT E'e\nf');
