CREATE TABLE t (a text, b text, c text, d text DEFAULT 'true', e json);
INSERT INTO t VALUES ('{"a": 1}', '6c84fb90-12c4-11e1-840d-7b25c5ee775a', '10.0.0.1', 'false', '[1]');
