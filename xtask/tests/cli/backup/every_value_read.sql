SELECT (SELECT string_agg(left(it::text, 4000) || md5(it::text), E'\n' ORDER BY id) FROM every_value it)
    || (SELECT md5(string_agg(v, '')) FROM "it's ""odd"""""."line
break")
    || (SELECT md5(encode(lo_get(4242), 'hex')))
    || (SELECT count(*) FROM unlogged) || (SELECT count(*) FROM no_columns)
    || obj_description('every_value'::regclass);
