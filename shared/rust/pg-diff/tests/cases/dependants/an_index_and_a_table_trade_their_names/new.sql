CREATE TABLE t (a int);
CREATE TABLE x (a int);
CREATE INDEX y ON t (a);
