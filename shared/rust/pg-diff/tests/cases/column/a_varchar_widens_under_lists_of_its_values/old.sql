CREATE TABLE t (
    id int PRIMARY KEY,
    state varchar(10) NOT NULL CHECK (state IN ('new', 'it''s', 'done')),
    CHECK (state <> ALL ('{gone,lost}'))
);
CREATE INDEX t_open ON t (id) WHERE state NOT IN ('done', 'gone');
COMMENT ON CONSTRAINT t_state_check ON t IS 'what it may be';
COMMENT ON INDEX t_open IS 'still to do';
INSERT INTO t VALUES (1, 'new'), (2, 'done');
