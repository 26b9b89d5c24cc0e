-- @renamed from=mood
CREATE TYPE feeling AS ENUM ('sad', 'happy');
CREATE TABLE t (id int, m feeling DEFAULT 'sad', ms feeling[]);
CREATE FUNCTION f(feeling) RETURNS feeling LANGUAGE sql AS 'SELECT $1';
