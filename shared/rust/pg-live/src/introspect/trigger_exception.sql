-- Clones of triggers on partitions that fire at other times than those of the
-- table above: the trigger they are clones of, the upper ones first.
WITH RECURSIVE clone (relation, enabled, trigger, depth) AS (
    SELECT t.tgrelid, t.tgenabled::text, t.tgparentid, 1
      FROM pg_catalog.pg_trigger t
      JOIN pg_catalog.pg_trigger above ON above.oid = t.tgparentid
     WHERE t.tgenabled <> above.tgenabled
     UNION ALL
    SELECT c.relation, c.enabled, t.tgparentid, c.depth + 1
      FROM clone c
      JOIN pg_catalog.pg_trigger t ON t.oid = c.trigger
     WHERE t.tgparentid <> 0)
SELECT c.trigger,
       c.relation,
       c.enabled
  FROM clone c
  JOIN pg_catalog.pg_trigger t ON t.oid = c.trigger
  JOIN pg_catalog.pg_class r ON r.oid = c.relation
  JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
 WHERE t.tgparentid = 0
 ORDER BY c.depth, n.nspname::text COLLATE "C", r.relname::text COLLATE "C"
