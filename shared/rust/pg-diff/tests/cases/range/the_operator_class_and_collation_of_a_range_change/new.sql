CREATE TYPE words AS RANGE (subtype = text, subtype_opclass = text_pattern_ops, collation = "POSIX");
CREATE TABLE t (w words);
