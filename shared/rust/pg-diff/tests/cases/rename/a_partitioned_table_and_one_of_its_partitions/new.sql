-- @renamed from=t
CREATE TABLE log (
    id int,
    -- @renamed from=v
    word text
) PARTITION BY RANGE (id);
-- @renamed from=t_1
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (10);
CREATE INDEX t_v ON log (word);
