CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE authors (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_authors PRIMARY KEY,
    mail varchar(80) NOT NULL UNIQUE,
    mood mood NOT NULL DEFAULT 'ok',
    "metadata" jsonb
);
CREATE TABLE books (
    a int,
    b int,
    price numeric(8, 2) CHECK (price > 0),
    tags text[] NOT NULL DEFAULT '{}',
    author_id bigint NOT NULL REFERENCES authors ON DELETE CASCADE DEFERRABLE,
    PRIMARY KEY (b, a)
);
CREATE INDEX ix_books_tags ON books USING gin (tags) WHERE price > 10;
CREATE INDEX ix_books_mail ON authors (lower(mail), id DESC) INCLUDE (mood);
CREATE TABLE shapes (id serial PRIMARY KEY, at point);
