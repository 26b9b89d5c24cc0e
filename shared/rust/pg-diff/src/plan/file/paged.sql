DO {tag}
DECLARE
    xtask_leaf record;
    xtask_page bigint;
BEGIN
    FOR xtask_leaf IN
        WITH RECURSIVE tree AS (
             SELECT pg_catalog.to_regclass({table})::oid AS relid
             UNION
             SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits i ON i.inhparent = tree.relid)
        SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
               pg_catalog.pg_relation_size(c.oid)
                   / pg_catalog.current_setting('block_size')::bigint AS pages
          FROM tree
          JOIN pg_catalog.pg_class c ON c.oid = tree.relid AND c.relkind = 'r'
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         ORDER BY 1
    LOOP
        xtask_page := 0;
        WHILE xtask_page < xtask_leaf.pages LOOP
            EXECUTE 'UPDATE ONLY ' || xtask_leaf.name || {update}
              USING pg_catalog.format('(%s,0)', xtask_page)::tid,
                    pg_catalog.format('(%s,0)', xtask_page + {pages})::tid;
            COMMIT;
            xtask_page := xtask_page + {pages};
        END LOOP;
    END LOOP;
END
{tag}
