-- @renamed from=mood
CREATE TYPE feeling AS ENUM ('sad', 'ok', 'happy');
CREATE TABLE t (id int, m feeling DEFAULT 'ok');
