SELECT (SELECT string_agg(left(it::text, 4000) || md5(it::text), E'\n' ORDER BY id) FROM every_value it)
    || (SELECT string_agg(it::text || md5(it::text), E'\n' ORDER BY id) FROM more_values it)
    || (SELECT string_agg(it::text || tableoid::regclass, E'\n' ORDER BY kept, late) FROM torn it)
    || (SELECT string_agg(it::text || tableoid::regclass, E'\n' ORDER BY v) FROM parts it)
    || (SELECT string_agg(it::text, E'\n' ORDER BY id) FROM self it)
    || (SELECT (own, late, kept, "ORDER")::text FROM torn_child) || (SELECT parts FROM seen) || (SELECT last_value FROM down)
    || (SELECT md5(string_agg(v, '')) FROM "it's ""odd"""""."line
break")
    || (SELECT md5(encode(lo_get(4242), 'hex')))
    || (SELECT count(*) FROM unlogged) || (SELECT count(*) FROM no_columns)
    || obj_description('every_value'::regclass);
