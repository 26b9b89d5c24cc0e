SELECT md5(string_agg(it, '|' ORDER BY it)) FROM (
    SELECT 'odd' || o::text FROM "Kept ""odd""" AS o
    UNION ALL SELECT 'parts' || p::text FROM kept_parts AS p
    UNION ALL SELECT 'whole' || w::text FROM kept_whole AS w
    UNION ALL SELECT 'base' || b.tableoid::regclass || b::text FROM kept_base AS b
    UNION ALL SELECT 'child' || c::text FROM kept_child AS c
    UNION ALL SELECT 'orphan' || c::text FROM kept_orphan AS c
    UNION ALL SELECT 'numbered' || n.id || ' ' || n.n || ' ' || n.amount FROM kept_numbered AS n
    UNION ALL SELECT 'next' || (SELECT last_value FROM kept_numbered_id_seq)
) AS every (it)
