SELECT lo_from_bytea(0, ''),
       lo_from_bytea(0, '\x00ff5c'),
       lo_from_bytea(0, decode(repeat('c0ffee', 262144), 'hex')),
       lo_put(lo_create(4711), 1000000, 'far'),
       lo_from_bytea(4000000000, 'beyond the signed ones');
