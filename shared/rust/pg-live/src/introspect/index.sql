-- Indexes, without those of constraints. Of the definition only what follows
-- the table's name; its head is as long as the same words put together here
-- (pg_get_indexdef_worker). That of one column, by the operator class and the
-- collation that are its type's, is spelled here: the function is slow.
SELECT x.indexrelid,
       x.indrelid,
       i.relname::text,
       CASE WHEN plain.is_plain THEN 'USING ' || quote_ident(m.amname) || ' (' || quote_ident(k.attname) || ')'
            ELSE substr(pg_get_indexdef(x.indexrelid),
                        length('CREATE INDEX  ON . ')
                        + CASE WHEN x.indisunique THEN length('UNIQUE ') ELSE 0 END
                        + length(quote_ident(i.relname))
                        + CASE WHEN i.relkind = 'I' THEN length('ONLY ') ELSE 0 END
                        + length(quote_ident(n.nspname))
                        + length(quote_ident(c.relname))
                        + 1) END,
       x.indisunique,
       x.indisvalid,
       p.inhparent,
       i.relkind = 'I',
       s.numbers,
       s.targets
  FROM pg_catalog.pg_index x
  JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_am m ON m.oid = i.relam
  JOIN pg_catalog.pg_opclass o ON o.oid = x.indclass[0]
  LEFT JOIN pg_catalog.pg_attribute k ON k.attrelid = x.indrelid AND k.attnum = x.indkey[0] AND k.attnum > 0
  JOIN pg_catalog.pg_attribute ik ON ik.attrelid = x.indexrelid AND ik.attnum = 1
 CROSS JOIN LATERAL (
       SELECT coalesce(x.indnatts = 1
                       AND x.indpred IS NULL
                       AND x.indoption[0] = 0
                       AND i.reloptions IS NULL
                       AND ik.attoptions IS NULL
                       AND NOT x.indnullsnotdistinct -- since 15
                       AND x.indcollation[0] = k.attcollation
                       AND o.opcdefault
                       AND o.opcintype = k.atttypid, false) AS is_plain) plain
  LEFT JOIN pg_catalog.pg_inherits p ON p.inhrelid = x.indexrelid
  LEFT JOIN (SELECT a.attrelid,
                    array_agg(a.attnum ORDER BY a.attnum) AS numbers,
                    array_agg(a.attstattarget::int ORDER BY a.attnum) AS targets
               FROM pg_catalog.pg_attribute a
               JOIN pg_catalog.pg_class k ON k.oid = a.attrelid AND k.relkind IN ('i', 'I')
              WHERE a.attstattarget >= 0 AND a.attnum > 0
              GROUP BY 1) s ON s.attrelid = x.indexrelid
 WHERE x.indexrelid >= 16384
   AND c.relkind IN ('r', 'p', 'm')
   AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')
   AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                    WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
