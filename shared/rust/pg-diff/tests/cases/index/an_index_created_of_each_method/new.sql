CREATE TABLE t (a int, b text, c int[], d tsrange, e point, f tsvector);
CREATE INDEX t_btree ON t (a DESC NULLS LAST, b COLLATE "C" text_pattern_ops ASC NULLS FIRST);
CREATE INDEX t_hash ON t USING hash (b);
CREATE INDEX t_gin ON t USING gin (c, f) WITH (fastupdate = off, gin_pending_list_limit = 128);
CREATE INDEX t_gist ON t USING gist (d, f tsvector_ops (siglen = 64)) INCLUDE (a);
CREATE INDEX t_spgist ON t USING spgist (e) INCLUDE (b);
CREATE INDEX t_brin ON t USING brin (a int4_minmax_multi_ops (values_per_range = 16)) WITH (pages_per_range = 32, autosummarize = on);
