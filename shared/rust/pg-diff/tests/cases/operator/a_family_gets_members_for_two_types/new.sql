CREATE OPERATOR FAMILY ints USING btree;
CREATE OPERATOR CLASS int4_own FOR TYPE int USING btree FAMILY ints AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
ALTER OPERATOR FAMILY ints USING btree ADD
    OPERATOR 1 < (int, bigint), OPERATOR 2 <= (int, bigint), OPERATOR 3 = (int, bigint),
    OPERATOR 4 >= (int, bigint), OPERATOR 5 > (int, bigint), FUNCTION 1 (int, bigint) btint48cmp(int, bigint);
COMMENT ON OPERATOR FAMILY ints USING btree IS 'ours';
