CREATE FUNCTION same(int, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1::text = $2';
CREATE FUNCTION same(text, int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1 = $2::text';
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = text, FUNCTION = same, COMMUTATOR = ===,
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR === (LEFTARG = text, RIGHTARG = int, FUNCTION = same, COMMUTATOR = ===,
    RESTRICT = eqsel, JOIN = eqjoinsel);
COMMENT ON OPERATOR === (int, text) IS 'spelled the same';
