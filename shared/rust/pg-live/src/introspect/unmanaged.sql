-- What a user has and no object of the model is, in PostgreSQL's words.
WITH member AS MATERIALIZED (
    SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.deptype = 'e'),
part AS MATERIALIZED (
    SELECT d.classid, d.objid
      FROM pg_catalog.pg_depend d
     WHERE d.deptype = 'i'
       AND d.classid = 'pg_catalog.pg_type'::regclass
       AND d.objid >= 16384),
mine AS MATERIALIZED (
    SELECT n.oid
      FROM pg_catalog.pg_namespace n
     WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'xtask')),
-- Whole objects of kinds that are not modelled.
object (classid, objid) AS (
    SELECT c.tableoid, c.oid FROM pg_catalog.pg_conversion c WHERE c.connamespace IN (TABLE mine)
     UNION ALL
    SELECT t.tableoid, t.oid FROM pg_catalog.pg_transform t
     UNION ALL
    SELECT m.tableoid, m.oid FROM pg_catalog.pg_am m
     UNION ALL
    -- Not its tableoid: only some of its columns are for everybody.
    SELECT 'pg_catalog.pg_subscription'::regclass, s.oid
      FROM pg_catalog.pg_subscription s
      JOIN pg_catalog.pg_database b ON b.oid = s.subdbid AND b.datname = current_database()
     UNION ALL
    -- Base types and shells; arrays are part of what they are arrays of.
    SELECT t.tableoid, t.oid
      FROM pg_catalog.pg_type t
     WHERE t.typtype IN ('b', 'p')
       AND t.typnamespace IN (TABLE mine)
       AND (t.tableoid, t.oid) NOT IN (TABLE part)
     UNION ALL
    SELECT o.tableoid, o.oid FROM pg_catalog.pg_operator o WHERE o.oprcode = 0 AND o.oprnamespace IN (TABLE mine)
     UNION ALL
    -- What was added to an operator family of the server's.
    SELECT o.tableoid, o.oid
      FROM pg_catalog.pg_amop o
     WHERE o.amopfamily < 16384
       AND ('pg_catalog.pg_operator'::regclass, o.amopopr) NOT IN (TABLE member)
     UNION ALL
    SELECT p.tableoid, p.oid
      FROM pg_catalog.pg_amproc p
     WHERE p.amprocfamily < 16384
       AND ('pg_catalog.pg_proc'::regclass, p.amproc::oid) NOT IN (TABLE member)),
-- Properties that are not modelled, of objects that are.
property (name, classid, objid, objsubid) AS (
    SELECT 'tablespace ' || quote_ident(s.spcname), c.tableoid, c.oid, 0
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
     WHERE c.relnamespace IN (TABLE mine)
     UNION ALL
    SELECT 'security label of ' || l.provider, l.classoid, l.objoid, l.objsubid
      FROM pg_catalog.pg_seclabel l
     UNION ALL
    SELECT 'unfinished DETACH', 'pg_catalog.pg_class'::regclass, i.inhrelid, 0
      FROM pg_catalog.pg_inherits i
     WHERE i.inhdetachpending
     UNION ALL
    SELECT 'own state', t.tableoid, t.oid, 0
      FROM pg_catalog.pg_trigger t
      JOIN pg_catalog.pg_trigger parent ON parent.oid = t.tgparentid
     WHERE t.tgisinternal AND t.tgconstraint <> 0 AND t.tgenabled <> parent.tgenabled
     UNION ALL
    SELECT 'name ' || quote_ident(k.conname) || ' of NOT NULL', t.tableoid, t.oid, 0
      FROM pg_catalog.pg_constraint k
      JOIN pg_catalog.pg_type t ON t.oid = k.contypid
     WHERE k.contype = 'n'
       AND k.conname <> t.typname || '_not_null'
       AND octet_length(t.typname) + length('_not_null') < 64
       AND t.typnamespace IN (TABLE mine)
     UNION ALL
    -- What the members of an extension may be used for, where that was changed.
    SELECT 'grants', a.classid, a.objid, 0
      FROM (SELECT c.tableoid, c.oid, c.relacl FROM pg_catalog.pg_class c
             UNION ALL
            SELECT p.tableoid, p.oid, p.proacl FROM pg_catalog.pg_proc p
             UNION ALL
            SELECT t.tableoid, t.oid, t.typacl FROM pg_catalog.pg_type t
             UNION ALL
            SELECT l.tableoid, l.oid, l.lanacl FROM pg_catalog.pg_language l
             UNION ALL
            SELECT n.tableoid, n.oid, n.nspacl FROM pg_catalog.pg_namespace n
             UNION ALL
            SELECT f.tableoid, f.oid, f.fdwacl FROM pg_catalog.pg_foreign_data_wrapper f) a (classid, objid, acl)
      LEFT JOIN pg_catalog.pg_init_privs i ON i.classoid = a.classid AND i.objoid = a.objid AND i.objsubid = 0
     WHERE (a.classid, a.objid) IN (TABLE member)
       AND a.acl IS NOT NULL
       AND ARRAY(SELECT x::text FROM unnest(a.acl) x ORDER BY 1)
             <> ARRAY(SELECT x::text FROM unnest(i.initprivs) x ORDER BY 1))
SELECT pg_describe_object(o.classid, o.objid, 0)
  FROM object o
 WHERE o.objid >= 16384
   AND (o.classid, o.objid) NOT IN (TABLE member)
 UNION ALL
SELECT p.name || ' of ' || pg_describe_object(p.classid, p.objid, p.objsubid)
  FROM property p
 WHERE p.objid >= 16384 OR p.name = 'grants'
