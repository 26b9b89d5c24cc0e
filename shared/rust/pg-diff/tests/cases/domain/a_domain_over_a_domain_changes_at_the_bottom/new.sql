CREATE DOMAIN bottom AS varchar(20) CHECK (VALUE <> '');
CREATE DOMAIN middle AS bottom NOT NULL;
CREATE DOMAIN top AS middle DEFAULT 'x';
CREATE TABLE t (id int, a top);
