-- What no run may leave behind, by name.
SELECT coalesce(string_agg(what, ', '), 'none')
  FROM (SELECT 'invalid index ' || indexrelid::regclass FROM pg_index WHERE NOT indisvalid OR NOT indisready
        UNION ALL
        SELECT 'relation ' || relname FROM pg_class WHERE relname LIKE 'xtask%'
        UNION ALL
        SELECT 'constraint ' || conname FROM pg_constraint WHERE conname LIKE 'xtask%' OR NOT convalidated
        UNION ALL
        SELECT 'routine ' || proname FROM pg_proc WHERE proname LIKE 'xtask%'
        UNION ALL
        SELECT 'trigger ' || tgname FROM pg_trigger WHERE tgname LIKE 'xtask%'
        UNION ALL
        SELECT 'unfilled ' || id FROM person WHERE city IS DISTINCT FROM 'none'
        UNION ALL
        SELECT 'unfilled ' || id FROM note WHERE id % 3 <> 0 AND body IS DISTINCT FROM 'no body: ' || id) AS left_behind (what)
